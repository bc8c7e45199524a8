"""PDF files of a few pages whose objects are packed, locked by their owner: qpdf made them."""

from __future__ import annotations

import base64
import zlib


def _file(packed: str) -> bytes:
    return zlib.decompress(base64.b85decode("".join(packed.split())))


OPENS_128 = _file(
    """
    c-m79aB<T$)HCB!-T!^jKQ2QB1BLvgEG`=x1%3b0lAO%E)M5p5pkR=Ken4V6kYfztgj5!!D(E{WmL%rnrz_amai!*^fHWE*830k^
    pOh6`lB=NalbV-alA&N^Zls{^mYGwMS_GtX5=&BDQj_yjfC~K-EI=|v#U%<RW*{SrONvqxbGddaSt<qiJ@c?y{9Rd;Dca1Ib>aGr
    x38WQ-|A7g`IF-8b&}>0>6?6~L`VcY|Fi!{-R#{f#nW_Cni$tKSAY2RLvZK%mHJ1Q@?Ner=KbO?7%HWs<8^qV14nDT!L|QwArZXs
    6N>ge*T25*<kUaQHlN^0e#fTWIQ33x_D12k>d)>kZx+#7<i6@}so;YeZsiNoAwQpeSC7&7=~{n8q9WSDH!mbVrY>lU%-f6KrkrXC
    c<`O$Op=62?$Qn~8Kd?~xgz<j_x2UZlwA<Gk@;4A@rFg)<#Ktgr#Qte)B2~GwJ#`6QAR~Qp8G1(4Az)qYx*~D@)3)8AG(Zx#{O)J
    XL=u($~T6nwe2zKeeqO0`hVn^R+Fb6K|u`-8fc&!B1aoEoQ-h=Ga_8im3_UbkvWSkZuhN->PeYt(MR5vJ{QuIVbFfDk)=QDJ{Eh7
    $g$_E<jm9lmtt6bd>fr_g>!q~mUm`*zkZ9{0&ksG<)vSDV6n%T9D5?w{(lqvv*rG^Oo#cKR{C+D5B{h2?^WOfw^M(&Zt~~k!D5dI
    l0D9D3Lq-DBn8THEG@}!ElbTSQP6kEPxdcJ%>ya&1xmOEhZ(^gW(Z2FAOv?_a7kibN@7t8LWvPDW&11Gn3<*}rKTpCo28nVSsEsp
    rzD#sB_^esCRrL9CZ}4M8(NyB8C#|pB&Ve$8l)K*SQ;5v7+V+{nVT3ICz>0Y0PXO1Rj>h40SdZ?1|U;|6ih%C=DNXL4y1|@oKOXu
    WOF0KR8vz!AT&y~NHMcCN;a}gG)YZ1G%`;yvM@F<Ffud&y2sKW$uiZ%(9p!d+%VB3#nRBg#L~hf*$`-3D8$k*pk0WZZfJ^;)gyvZ
    )8L*qF~O0~A#^}uQEo9foSpM?N^|pyK^_SxN=?a3F3B$f1{pX=!xf?x3>A!kI95U5GcPS)!O#Fw00rgemnaxQ*uj}qsi1h!_jFN+
    wlOs|Ft#+eNHj?{NKCUZFi$iyPBJw&N-|9{PclqPO|>Je0%)0QUUE@o0niE)upNkGRxu|ziGfMYjjfJNjg8G+AX~WO=mC$0ALlE6
    s0%YEvw0ZKN!XOiz%Ye@H32ip6_+Fyl~fd^rg0e>SQv4ss=E5SaRC4#x8G*
    """
)
"""AES of 128 bits; it opens without a password."""
OPENS_256 = _file(
    """
    c-oy*Yiv|S6b2*wSOt|wA_UC*=(bIG>^$$x#L@_~tBr-$)-51lI&){HEwsD!?ky=OAOv4A5d&(7&jd}1AsGBYkb)5_=$|%ejUoI%
    1W|khh{h-w9y;3=Xi|v@$(_uZ%s1yd=ey^eWNk%y4w}mo$<HqCyp})!f}CEJC@TZ0%Fftk^DVh-9u$uAD;87^8Vgk3HrS|e15*C!
    2xPTgV_Sg$<>iGhRjZn89uV)d4x}Dm+ipQ>p^8;&uE}2~Y}OR0@CeEwOpRVuAGd*2waqrg%>YRZQt6h~*hYSDRk5wGVa|BqV!#SF
    Q9cHk7hLA!$f~x)iCq)Usr$Aze<?5aP5z|#qrWnlQhxA{pMU&tf8*8sZ<%-5TSaaC>;EBhqxAXh13wgR?wUHg^RBM;Ei-<t(^bhS
    sC*_ry5g%vle*JtResx(hmXzM();l5_mA6tEYo`M&rRpe@!qNfFHAde=&Idux%*JbPYc(GxMv{q$jq}nm)AWObv<#RcUi~Ivc1Qa
    Udrv6dTM3qJx>*@hG%wtzT)M150pQ><mAQvv$HP+caEL7@xA_zSMfLB4y<^8{cF`--79CzDo8V&%CJacgh<1(kXxv7Q-+4l*Qc!h
    AYPs6Ik$UncmLfR_g%R1;PFSld+BuFD_=MFzB!sk-VRM?a?f*Xukfk8)%*VbH0(RK|KM~v;Y{hSqQ-u=c+$z*(KHC&4$m)_&NPlW
    T6b#e=Ax2WrzbakPhV_EmVP{sys_!>^bG^m|G_h|oEN4CtG7Nj!`A$cxVdtT&Bh>Akqc|uZMFbf<S#1g8_3AOhRgYSc=fT$8Wouv
    5X=H!wV=$X&_Ss}Y+RrMXd%K#K&`n`)G)1t!$t~19CHo|BrwJT83qZoMngxbGSp!Kk#GnqLjp-Hc8F^x0>ZfTG1T}TG@*7fU{p{n
    AvKb^KuX60i@6Pja*PR$2!l#^6jqK)rv&ng(ZI@37djKnK@baX*r?6-cjyRbib+SH4^k-QlL#pi+QN|OK=>zhASk5XmcFi`-=dp`
    jE{>+g@h4=vXBMZ5{ij15{Fg`Wtkzwzz`}23A0>FqB(M!i_l4qsbZ8vZ8)@!`i|Gagp4VxCAWysQ2Ic85E-Ao&rT8>1Pm!G1vkhL
    8ZhONghNWDvOE-4V@z=%5tM>DX+^+2-g^JoyJ_%)<K_fHqesxvI_qxyUK-qD{tWH4YEZ&LiRD^5+WferUf0N)mN3pm01ehpY6(~l
    5Ws$|1gWa5%K<(#7wdAl7@#4$zGa;S$k$#~1z29jd}T;36fKA*AXfp=jAP9-*T`90{{INiRhbQ=we6l_h+{<Gz8&f@cNC|`Zx~-Z
    {&{`x?y*O7V@1g|GWY5iM-K0pxNY3zX%B5)_RiQb&mI_;9Nk^{SVeJXWStjK&_ps>S(8ru3xAdq+y
    """
)
"""AES of 256 bits; it opens without a password."""
SCRIPTED = _file(
    """
    c-oy*e{2**6s8jH;%NysRUsyIQn^Ax+TEG`O)iJEcPmBYj=NGCNuxWvv!&eK?y<L&wl=2-Nvo0+BTXArNC*iPt4aL>B59+xny3j7
    F%qKG@K3#jHc||gf+@J$t8J6kn2?>#n;&o9_uiN9jXxTa%V7oY^M85g<b59mG%)cVUmyUeNSYXxs@-TBKy<cafQl*&Bm<cIqNXKH
    09B>fO44iq!Jv;AntK&32$A=R;5~6W1*omWXs~w!gjhhyjY*qWj!h~y2@%!Q9LH^dcTcR04H(7^nXxURq<kkfzCVy?`?^To5*q*b
    hvccm#OHkni$B3FzVYKvAN}p|oQHd}Y{k##KKNtgb_aWf+VIQe!GVp>HC@5ym6W$M+x^jWQ?UM6oqfNuB6V>yV9y*V9PHb^?iTae
    ==6gdb^cAwtxdK2nVQMqlT_PFe-1x-W+IWU2H6LzvuCfjA3WSS*55g%w|jf_TtW87tM|@zt|VSAeM5k)2gbVBCN7+QePHS?SikmW
    NwE0HV8O5K>HX-^8>OYUZ$0t-wakc^%zZjtR1~NlK6bU(yXw@5+~#XN9346&;NfQ;yXR6jTk0%{(gG4^X=BjRtj*KZI^n6f`A%U;
    R(f^Q^yTn)vTe)rPo@7B<=Su>^w<Bj7zWZ0gEN`?DKg~y;%Hs_YuC5^K5~KiZo@aD>w0@%DQS7O|IX;UOW?qV!O_p3eevYmxG%gW
    i-tNz-g{y1TZLUy^5N+6isKpi;_4-E7K*P*2Cj+Q+U%@ypS?TWL<}2HAyakb?K-{e9E9VwXf83xJ2|*xF1@&|7@A^f^DanqWDNp5
    r(;5}z!R32AQm*0#R?`ImLOD#C_stV8A+p6T~lbCrX@s+jL0B?g^VIV*1?E`LBKIlP!4G~Y7DS0U`qZsbH`Zoiya`K3J4O8gU*MD
    sPPg~k)*Ihg-Fnl$j~%`tdoyKV~Ma3va|pdR+AvjN+PR52W>|lwAR6zZ(PVM>fE{*(dUY0`TuC!yp1YWDl@}#m6_a^GBR!<QHyAe
    s%=^hWiyoS1iJtP$ocC5Rc+`d5c1DS%rtEP^YeIPD*@2CUL69v0vty(k{~LqN-MfZ3kuI*PC%H$0){#v!T<Mgu)>CFwWMt@Bazqw
    l{J5;;$@GN$)2pI%;RZTl~~^K?N=RLQ<ua^;YioYnxUS8n76bixn|j+oh!;0Yc69emfdU--RUNV^ZEVZi0u0Z1^Lbf
    """
)
"""The same with a script among the packed objects."""
CLOSED = _file(
    """
    c-ozmZ)_Ar7{)KOIq(#77B7lQGg1m)thci}`>&i$+Us2`rSx*!)(R3bJ3D){-tE@Ct#A?*iNdK-Bm_dh)Wo!yD3B-#8ry^tgTVk*
    tEAC@`k^FRNX;dZBaH!Pxym)E#Druw@9fO8^LyvX`%Z15IbH{!lmfLUiyz(yK)?Z8?+rvEAe_J{ngs%zNrG@ku8)Fn6uUTWr$9qP
    fLewp<mdcQ(zNTnnwtUPwbV+vn*mgL5RUhxUFxuy#x8B9#5S049T2@0C+h-U_O{Hr4#k;(zUcQUy5?7{BVJ>G&-VY6Kcwv0zPu{g
    -S|{;YSYEW&h5qcySsjwsr$Bm!PJFs&JB+JRR~=_(bQXi-_q7ds%~aWSIer4!be|D6s9+Q@!tCB;Fhm;zWp&?cs(6Dy!YtU0qIE9
    @H@W2q04U^2)%G&V(|m3&Rp_6S|7aTTk_zz<{bNN(el9$LPWc_ZAEqU<3}&;e)FdB(DQ}!tIxk)e0AjM{()sXW~@i*M+-X!ng$9d
    S5%IUE4z2zpWFN6p%yp$hiA>~QD#k2=9n~Vi*N^5$~GKd{qoI;j$N(e+n%eLtlpMuoj!AV<Qh6S*>vQ)?vYOp%*UvAgGv5*w&Lq2
    #=ak0_QS|y_ncFYg_fK;_4#qF=I7%26R|bJ^D&US8;<na#KO_4J&T9-N3T4)uk+!CPut!K9?oCoH|`t090c}%aOM_cG!DF=xyJ0M
    vESVsdy!f$2shiLy^mU+sEsYev@X6}eiF;Udv2$vx!5wWW0WPl!m1WT1j<7qs5%mnEC@(7B`9K@NQ7XFb;XobC=*E~km?wknCgbk
    BZv`C2}hyCGe&z1L|90GI>>puCIRw*nfSk%v*46JIza?sB+06Pi72WFDG(u@!vb%}rYstgOgN5bbCRlZx=Im*h?5!8P$7p@1rf+-
    oh4`&W0m_7&Tq`_BsFgz8cBEP%2G^VCzHM9bJR}vXRNGukc2~x9^%>#v+S0o&wvd80-n7aLAb>-Z6KF!i==J40G7sD&r1|QfeD(y
    hKML~f+{N*5e}OQCu2#_MVZ${UDlyVX~X|37%OHGC)dXiB}Tc*w!Tkv--4BK|118Let$H0C73@wnqT*KYVC~*W2k~IZLEy?^YpCG
    mz%6C&ab(wiye2XL(KqlH&9y}YmW#10c_E^!T
    """
)
"""One that asks for a password."""
