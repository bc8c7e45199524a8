"""Words of harm and of complaint types in German, French, Spanish and Portuguese.

Data only, in lower case and without accents. A ``*`` ends the beginning of a word, ``~`` stands for up to two words between.
Types are the keys of ``vocabulary.TYPES``, severities those of ``risk.SEVERITIES``; weights are those of ``lexicon`` and
``lexicon_harm``. The bare word for a hospital is in none of the lists: people go there to visit, to work and to complain.
"""

from typing import Final

HARM: Final[dict[str, tuple[tuple[str, float, str], ...]]] = {
    "de": (
        ("catastrophic", 10.0, "gestorben, verstorben, todesfall, todesfalle, ums leben, todlich*, getotet, verstarb, starb, zu tode gekommen, sterben konnen, sterben koennte, sterben koennten, haette ~ sterben, koennte ~ sterben, koennten ~ sterben"),
        ("critical", 6.5, "krankenhaus eingeliefert, ins krankenhaus, im krankenhaus behandelt, stationar*, notaufnahme, notarzt, rettungswagen, krankenwagen, intensivstation, operiert werden, wurde ~ operiert, wurden ~ operiert, verbrennung* dritten grades, verbrennung* zweiten grades, "
         "notoperation*, bewusstlos*, bewusstsein verloren, verlor ~ bewusstsein, kollabiert*, ohnmachtig, elektrischer schlag, elektrischen schlag, stromstoss, knochenbruch, gebrochener arm, gebrochenes bein, gehirnerschutterung, herzinfarkt, schlaganfall, stromschlag, schwer verletzt, schwerverletzt*, lebensgefahr*, "
         "erstick*, amputiert, erblindet, anaphylakti*"),
        ("serious", 5.0, "verletzt*, verletzung*, hand verbrannt, finger verbrannt, arm verbrannt, verbrannt ~ hand, verletzen, verbruht*, verbrennung*, verbrennungen, tiefe schnittwunde*, platzwunde*, blutet*, blutung*, vergift*, lebensmittelvergift*, rauchvergift*, rauchgasvergift*, kohlenmonoxidvergift*, "
         "allergische reaktion, allergisch*, infektion*, entzundet*, beim arzt, zum arzt, arztlich*, genaht werden, genaht worden, mit ~ stichen genaht, verschluckt, atemnot, verstaucht*"),
        ("serious", 3.6, "unfall*, explodiert*, explosion*, brand ausgebrochen, in flammen, feuer gefangen, feuer fangen, fing ~ feuer, brannte*, abgebrannt, feuerwehr, airbag ~ nicht ausgelost, airbag ~ nicht auf, kohlenmonoxid"),
        ("minor", 2.6, "schmerz*, ubelkeit, erbrech*, erbrochen, durchfall, kopfschmerz*, schwindel*, ausschlag, juckreiz, geschwollen, prellung*, blaue flecken, schnittwunde*, geschnitten, gesturzt, ausgerutscht, bauchschmerz*, mir wurde schlecht"),
        ("minor", 1.4, "rauch*, qualm*, verschmort*, geschmolzen, uberhitz*, funken, gefahrlich*, sicherheitsrisiko, bremse* ~ versagt*, versagt* ~ bremse*, gasgeruch, scharfe kante*, splitter*"),
    ),
    "fr": (
        ("catastrophic", 10.0, "decede*, deces, mort ~ personne, est mort, est morte, sont morts, mortel*, tue par, a ete tue, a ete tuee, ont ete tue*, perdu la vie, pu mourir, failli mourir, risque* de mourir"),
        ("critical", 6.5, "hospitalis*, a l hopital en urgence, aux urgences, urgences de l hopital, transporte* a l hopital, conduit a l hopital, conduite a l hopital, samu, ambulance, reanimation, soins intensifs, "
         "operation chirurgicale, chirurgie, etre opere*, ete opere*, brulure* au troisieme degre, brulure* au second degre, brulure* au deuxieme degre, brulure* du troisieme degre, brulure* du second degre, perdu connaissance, inconscient*, evanoui*, fracture*, bras casse, jambe cassee, commotion, crise cardiaque, electrocut*, choc electrique, decharge electrique, decharges electriques, electrisee*, gravement blesse*, grievement, "
         "blessures graves, asphyxi*, mort* etouff*, ampute*, choc anaphylactique"),
        ("serious", 5.0, "blesse*, blessure*, brulure*, brule la main, brule les doigts, brule le bras, me suis brule*, s est brule*, ebouillant*, coupure* profonde*, etouff*, entorse*, saigne*, saignement*, points de suture, intoxication*, empoisonn*, "
         "reaction allergique, allergie*, infection*, s est infecte*, infectee, consulte un medecin, chez le medecin, vu un medecin, difficulte a respirer, difficultes respiratoires"),
        ("serious", 3.6, "accident*, collision, explose*, explosion*, a pris feu, ont pris feu, prend feu, prendre feu, pris feu, incendie*, en flammes, pompiers, monoxyde, airbag ne s est pas, airbag* ne se sont pas"),
        ("minor", 2.6, "douleur*, nausee*, vomi*, vomissement*, diarrhee*, mal de tete, maux de tete, maux de ventre, mal au ventre, vertige*, eruption cutanee, demangeaison*, gonfle*, hematome*, coupure*, des bleus a, un bleu a, ecchymose*, glisse et je suis tombe*, glisse et est tombe*, glisse et il est tombe, glisse et elle est tombee, me suis coupe*, s est coupe*, glisse et tombe*, tombe malade, tombee malade"),
        ("minor", 1.4, "fumee, fume, etincelle*, surchauff*, fondu*, dangereu*, danger, odeur de brule, frein* ~ lache*, frein* ~ pas repondu, odeur de gaz, bord tranchant, eclats de verre"),
    ),
    "es": (
        ("catastrophic", 10.0, "murio, murieron, fallecio, fallecido*, fallecieron, fallecimiento, muerte de, mortal, perdio la vida, perdieron la vida, causo la muerte, haber muerto, pudo morir, podria morir, casi muere"),
        ("critical", 6.5, "hospitalizad*, hospitalizacion, ingresad* en el hospital, ingreso en el hospital, llevad* al hospital, termino en el hospital, termine en el hospital, en urgencias, a urgencias, sala de emergencias, ambulancia, cuidados intensivos, "
         "operad* de, ser operad*, fue operad*, cirugia, quemadura* de tercer grado, quemadura* de segundo grado, inconsciente, perdio el conocimiento, perdi el conocimiento, se desmayo, me desmaye, fractura*, brazo roto, pierna rota, conmocion, infarto, electrocut*, descarga electrica, shock electrico, choque electrico, "
         "gravemente herid*, heridas graves, lesiones graves, asfixia*, amputa*, shock anafilactico"),
        ("serious", 5.0, "herid*, hirio, lesion*, lesionad*, lastim*, quemadura*, me queme, se quemo la mano, se quemo la cara, quemo la mano, escaldad*, cortadura* profund*, sangr*, puntos de sutura, intoxicad*, intoxicacion, envenen*, "
         "reaccion alergica, alergia*, infeccion*, infecto el, infecto la, infectad*, esguince*, al medico, atencion medica, dificultad para respirar, se atraganto"),
        ("serious", 3.6, "accidente*, choque, colision, exploto, explosion*, se incendio, incendio, incendiado, incendiarse, en llamas, bomberos, monoxido, airbag no se, airbags no se"),
        ("minor", 2.6, "dolor*, nausea*, vomit*, diarrea*, dolor de cabeza, mareo*, maread*, sarpullido, picazon, hinchad*, hinchazon, moreton*, cortadura*, me corte, se corto, me resbale, se cayo, enferme, se enfermo, malestar"),
        ("minor", 1.4, "humo, fren* ~ fall*, fall* ~ frenos, fallo el freno, chispa*, sobrecalient*, sobrecalenta*, derretid*, peligros*, peligro, olor a quemado, olor a gas, borde filoso, astillas"),
    ),
    "pt": (
        ("catastrophic", 10.0, "morreu, morreram, faleceu, faleceram, falecimento, morte de, obito, fatal, perdeu a vida, perderam a vida, ter morrido, podia morrer, poderia morrer, quase morreu"),
        ("critical", 6.5, "hospitalizad*, hospitalizacao, internad*, internacao, levad* ao hospital, levad* para o hospital, parar no hospital, pronto socorro, ambulancia, samu, uti, cirurgia, operad* de urgencia, "
         "inconsciente, perdeu a consciencia, desmai*, fratura*, braco quebrado, perna quebrada, concussao, infarto, eletrocut*, choque eletrico, levei ~ choque, levou ~ choque, tomei ~ choque, tomou ~ choque, queimadura* de terceiro grau, queimadura* de segundo grau, gravemente ferid*, ferimentos graves, lesoes graves, asfixia*, "
         "amputa*, choque anafilatico"),
        ("serious", 5.0, "ferid*, feriu, ferimento*, machucou, machuquei, machucad*, lesao, lesoes, queimadura*, me queimei, queimei ~ mao, queimou ~ mao, queimou ~ rosto, escaldad*, corte* profundo*, sangr*, "
         "pontos na, intoxicad*, intoxicacao, envenen*, reacao alergica, alergia*, infeccao, infeccoes, infeccion*, entorse*, torceu o, torci o, ao medico, atendimento medico, dificuldade para respirar, falta de ar, engasg*"),
        ("serious", 3.6, "acidente*, colisao, bateu o carro, explodiu, explosao, pegou fogo, pegaram fogo, pegado fogo, pegar fogo, pegando fogo, incendio*, em chamas, bombeiros, monoxido, airbag nao, airbags nao"),
        ("minor", 2.6, "dor, dores, nausea*, vomit*, diarreia*, dor de cabeca, tontura*, ton* e enjoo, enjoo, erupcao, coceira, inchad*, inchaco, hematoma*, me cortei, escorreg*, passou mal, passei mal, mal estar"),
        ("minor", 1.4, "fumaca, freio* ~ falh*, freio* ~ falharam, faisca*, superaquec*, derreteu, derretid*, perigos*, perigo, cheiro de queimado, cheiro de gas, borda afiada, estilhac*"),
    ),
}  # fmt: skip

TYPES: Final[dict[str, dict[str, str]]] = {
    "de": {
        "product.broken": "zerbroch*, gebrochen, abgebrochen, gerissen, riss im, risse, gesprungen, kaputt, beschadigt*, defekt am gehause",
        "product.function": "funktioniert nicht, funktionieren nicht, geht nicht, startet nicht, schaltet ~ ab, ausfall, ausgefallen, fehlfunktion, defekt, ladt nicht, schliesst nicht, offnet nicht",
        "product.leak": "undicht*, leckt, leck, auslauft, lauft aus, ausgelaufen, tropft, tropfen, wasser tritt, ol tritt, olaustritt",
        "product.noise": "gerausch*, larm, zu laut, sehr laut, klapper*, quietsch*, brummt, brummen, vibriert, vibration*",
        "product.appearance": "kratzer, zerkratzt, delle*, fleck*, verfarb*, farbabweichung",
        "product.dimension": "passt nicht, passen nicht, falsche grosse, zu klein, zu gross, massabweichung, ausserhalb der toleranz",
        "product.contamination": "fremdkorper, verunreinig*, schimmel*, insekt*, haar in, glassplitter, verdorben",
        "product.expired": "abgelaufen, haltbarkeit*, mindesthaltbarkeit*",
        "product.early_wear": "verschlissen, abgenutzt, rost, verrostet, blattert, korrosion, korrodiert",
        "product.label": "etikett*, beschriftung, anleitung fehlt, bedienungsanleitung",
        "product.harm": "verletzt*, stromschlag, verbrennung*, allergisch*, feuer gefangen, rauch, qualm*, vergift*",
        "service.rude": "unfreundlich*, unverschamt*, frech, respektlos*",
        "service.no_reply": "keine antwort, keine ruckmeldung, niemand meldet, meldet sich niemand, nicht erreichbar, niemand erreichbar, nicht zuruckgerufen, keinen ruckruf",
        "service.wrong_advice": "falsche auskunft, falsch beraten, irrefuhrend, versprochen",
        "service.repair": "techniker, monteur, reparatur*, nachbesser*",
        "logistics.late": "verspatet*, verspatung, zu spat, lieferverzug, noch nicht geliefert, warte immer noch",
        "logistics.lost": "nicht angekommen, nie angekommen, verloren gegangen, sendung verloren, nicht zugestellt",
        "logistics.transport_damage": "transportschaden, verpackung beschadigt, karton beschadigt, auf dem transport beschadigt",
        "logistics.wrong_item": "falscher artikel, falsche ware, falsch geliefert, falschlieferung, falsches produkt",
        "logistics.short": "fehlmenge, unvollstandig*, teile fehlen, fehlende teile, zu wenig geliefert, fehlt in",
        "billing.overcharge": "zu viel berechnet, doppelt berechnet, doppelt abgebucht, zuviel berechnet, uberhohte rechnung",
        "billing.invoice": "falsche rechnung, rechnung falsch, rechnung fehlt",
        "billing.refund_late": "keine erstattung, warte auf ~ erstattung, nicht erstattet, gutschrift fehlt",
        "billing.contract": "vertrag, kundig*, vertragsbedingungen",
    },
    "fr": {
        "product.broken": "casse*, brise*, fissur*, fele*, dechire*, rompu*, endommage*, abime*",
        "product.function": "ne fonctionne pas, ne fonctionne plus, ne marche pas, ne marche plus, en panne, panne*, ne demarre pas, ne s allume pas, ne s allume plus, defectueu*, dysfonctionnement*, ne ferme pas, ne charge pas",
        "product.leak": "fuite*, fuit, coule, suinte*, goutte a goutte, pas etanche",
        "product.noise": "bruit*, bruyant*, vibration*, vibre, grince*, siffle",
        "product.appearance": "raye*, rayure*, tache*, decolore*, couleur differente, bosse",
        "product.dimension": "mauvaise taille, trop petit*, trop grand*, hors tolerance, ne s adapte pas, ne rentre pas",
        "product.contamination": "corps etranger, contamin*, moisi*, insecte*, cheveu*, morceau de verre, avarie*",
        "product.expired": "perime*, date de peremption, date limite de consommation",
        "product.early_wear": "use, usee, usees, usure, rouill*, corrosion, corrode*, s ecaille",
        "product.label": "etiquet*, notice manquante, mode d emploi",
        "product.harm": "blesse*, brulure*, choc electrique, decharge electrique, reaction allergique, a pris feu, fumee, intoxication*",
        "service.rude": "impoli*, desagreable*, irrespectueu*, insult*, arrogant*",
        "service.no_reply": "pas de reponse, aucune reponse, sans reponse, ne repond pas, ne repond jamais, injoignable*, jamais rappele*, personne ne repond",
        "service.wrong_advice": "mal conseille*, fausse information, trompeu*, promesse*, promis",
        "service.repair": "technicien*, reparation*, depannage, installation",
        "logistics.late": "retard*, pas encore livre*, toujours pas livre*, toujours pas recu, delai de livraison",
        "logistics.lost": "jamais recu*, jamais arrive*, jamais livre*, colis perdu, non livre*, perdu par",
        "logistics.transport_damage": "endommage* pendant le transport, carton ecrase, emballage abime, emballage endommage",
        "logistics.wrong_item": "mauvais article, mauvais produit, erreur de livraison, pas le bon produit, erreur de reference",
        "logistics.short": "incomplet*, piece* manquante*, il manque, manquant*, quantite insuffisante",
        "billing.overcharge": "surfactur*, facture deux fois, debite deux fois, preleve deux fois, trop percu, trop cher facture",
        "billing.invoice": "facture erronee, erreur de facture, erreur de facturation, facture manquante",
        "billing.refund_late": "pas rembourse*, pas ete rembourse*, attends le remboursement, attente de remboursement, remboursement non, toujours pas rembourse*",
        "billing.contract": "contrat*, resili*, abonnement",
    },
    "es": {
        "product.broken": "roto, rota, rotos, rotas, quebrad*, agrietad*, grieta*, rajad*, rasgad*, danad*, se rompio",
        "product.function": "no funciona, no funcionan, no enciende, no prende, no arranca, dejo de funcionar, averiad*, averia*, falla, fallo, defectuos*, no carga, no cierra, no abre",
        "product.leak": "fuga*, gotea, goteo, gotera, derrame*, pierde agua, pierde aceite, filtracion*",
        "product.noise": "ruido*, ruidos*, vibra, vibracion*, rechina*, zumbido",
        "product.appearance": "rayad*, rayon*, mancha*, abolladura*, abollad*, decolorad*, color diferente",
        "product.dimension": "talla equivocada, tamano incorrecto, muy pequen*, demasiado pequen*, demasiado grande, no encaja, no queda, fuera de tolerancia",
        "product.contamination": "cuerpo extrano, contaminad*, contaminacion, moho, insecto*, cabello en, vidrio en, podrid*",
        "product.expired": "caducad*, vencid*, fecha de caducidad, fecha de vencimiento",
        "product.early_wear": "desgast*, oxidad*, oxido, corrosion, corroid*",
        "product.label": "etiqueta*, manual, instrucciones",
        "product.harm": "herid*, quemadura*, descarga electrica, reaccion alergica, se incendio, humo, intoxic*",
        "service.rude": "grosero*, grosera*, maleducad*, mal trato, descortes, insult*, prepotente*",
        "service.no_reply": "no responde*, no contesta*, sin respuesta, nadie responde, nadie contesta, nunca me llamaron, nunca respond*, no atiende*, nadie atiende",
        "service.wrong_advice": "informacion falsa, informacion incorrecta, enganos*, engan*, prometi*, promesa*",
        "service.repair": "tecnico*, reparacion*, instalacion",
        "logistics.late": "retras*, tardi*, demor*, aun no llega, todavia no llega, no ha llegado",
        "logistics.lost": "nunca llego, no llego, paquete perdido, extraviad*, no entregad*",
        "logistics.transport_damage": "danad* en el transporte, danad* durante el envio, caja aplastada, empaque danado, embalaje danado",
        "logistics.wrong_item": "producto equivocado, articulo equivocado, producto incorrecto, pedido equivocado, otro producto",
        "logistics.short": "incomplet*, falta* piezas, faltan, faltante*, cantidad menor",
        "billing.overcharge": "cobro de mas, cobraron de mas, cobro doble, cobraron dos veces, doble cobro, cobro indebido, cargo indebido",
        "billing.invoice": "factura incorrecta, error en la factura, factura erronea, sin factura",
        "billing.refund_late": "no me devuelven, no devuelven, sin reembolso, no reembols*, espero el reembolso, esperando el reembolso",
        "billing.contract": "contrato*, cancelar, cancelacion, dar de baja, suscripcion",
    },
    "pt": {
        "product.broken": "quebrad*, quebrou, rachad*, rachadura*, rasgad*, trincad*, trinca, danificad*",
        "product.function": "nao funciona*, nao liga, parou de funcionar, deixou de funcionar, defeituos*, com defeito, avariad*, avaria*, falha*, nao carrega, nao fecha, nao abre, nao acende",
        "product.leak": "vazament*, vazando, vaza, vazou, goteja*, pingando, infiltrac*",
        "product.noise": "barulho*, barulhent*, ruido*, vibra, vibracao, rangid*, chiado",
        "product.appearance": "riscad*, arranh*, manchad*, mancha*, amassad*, desbotad*, cor diferente",
        "product.dimension": "tamanho errado, muito pequen*, muito grande, nao encaixa, nao serve, fora da tolerancia",
        "product.contamination": "corpo estranho, contaminad*, contaminacao, mofo, mofad*, bolor, inseto*, cabelo n*, vidro n*, estragad*, podre",
        "product.expired": "vencid*, fora da validade, prazo de validade, data de validade",
        "product.early_wear": "desgast*, enferruj*, ferrugem, corrosao, corroid*, descascando",
        "product.label": "etiqueta*, rotulo*, manual, instrucoes",
        "product.harm": "ferid*, queimadura*, choque eletrico, reacao alergica, pegou fogo, fumaca, intoxic*",
        "service.rude": "grosseir*, mal educad*, mal atendid*, falta de respeito, desrespeit*, insult*, arrogante*",
        "service.no_reply": "nao responde*, sem resposta, ninguem responde, ninguem atende, nao atende*, nunca retorn*, nao retorn*, ninguem retorn*",
        "service.wrong_advice": "informacao falsa, informacao errada, informacoes erradas, enganos*, propaganda enganosa, prometeu, prometeram, promessa*",
        "service.repair": "tecnico*, conserto, reparo*, assistencia tecnica, instalacao",
        "logistics.late": "atras*, demor*, ainda nao chegou, ainda nao recebi",
        "logistics.lost": "nunca chegou, nao chegou, extraviad*, extravio, nao entregue, nao foi entregue, nao entregaram",
        "logistics.transport_damage": "danificad* no transporte, caixa amassada, embalagem danificada, embalagem violada",
        "logistics.wrong_item": "produto errado, item errado, produto trocado, veio errado, modelo errado",
        "logistics.short": "incomplet*, falta* pecas, faltando, faltou, quantidade menor",
        "billing.overcharge": "cobranca indevida, cobrado a mais, cobrado duas vezes, cobranca em dobro, cobrancas indevidas, valor a mais",
        "billing.invoice": "nota fiscal errada, sem nota fiscal, fatura errada, erro na fatura",
        "billing.refund_late": "reembolso, estorno, nao devolve*, nao reembols*, devolucao do dinheiro",
        "billing.contract": "contrato*, cancelar, cancelamento, cancelei, assinatura",
    },
}  # fmt: skip
TYPE_WEIGHT: Final = 1.5

NEGATIONS: Final = {
    "de": "nicht, kein, keine, keinen, keiner, keinem, niemand, niemanden, nie, niemals, ohne, weder, zum gluck, glucklicherweise",
    "fr": "pas, aucun, aucune, sans, jamais, personne n, personne ne, personne de, ni, heureusement",
    "es": "no, sin, ningun, ninguna, ninguno, nadie, nunca, ni, tampoco, afortunadamente, por suerte",
    "pt": "nao, sem, nenhum, nenhuma, ninguem, nunca, nem, felizmente, por sorte",
}
"""Words, and pairs of words, before a finding that deny it. "Une personne" denies nothing."""
NEGATIONS_OF_VERBS: Final = {"de": "nicht, nie", "fr": "pas, jamais", "es": "no, nunca", "pt": "nao, nunca"}
"""Of these those that deny a verb: what follows the next "and" is another one, "it does not work and burned my hand"."""
SUBJECTS: Final = {
    "de": "ich, er, sie, wir, es, mein, meine, meiner, meinem, der, die, das",
    "fr": "je, j, il, elle, on, nous, ma, mon, mes, me, m, sa, son, le, la",
    "es": "yo, me, se, mi, el, ella, nos, le, la, un, una",
    "pt": "eu, me, ele, ela, meu, minha, nos, o, a, um, uma",
}
"""After "and" these begin a clause, to which nothing reaches that was denied before."""
NEGATIONS_AFTER: Final = {"de": "niemand, keiner, nicht", "fr": "", "es": "", "pt": ""}
"""The same after it in its clause: "verletzt wurde niemand"."""
FEARS: Final = {
    "de": "koennte, koennten, haette, haetten, waere, waeren, fast, beinahe, gefahr, risiko, angst, falls, wenn, moglich, moglicherweise, wuerde ich, wuerden wir, "
    "droht, drohte",
    "fr": "pourrait, pourraient, aurait, auraient, failli, presque, risque, risquent, risquait, peur, si, eventuel, potentiel",
    "es": "podria, podrian, podia, pudo, pudiera, hubiera, habria, casi, riesgo, miedo, si, posible, puede",
    "pt": "poderia, poderiam, podia, pudesse, teria, quase, risco, medo, possivel, pode, se o, se a, se os, se as, se um, se uma, se eu, se ele, se ela, se alguem, se isso, "
    "se voce, se nao, se for, se houver, se tiver, se meu, se minha",
}
"""Words, and pairs of words, before or in a finding that make it a fear; in Portuguese "se" is "if" and, in "se machucou", "oneself"."""
FEARS_AFTER: Final = {"de": "koennte, koennten, konnen, kann", "fr": "", "es": "", "pt": ""}
"""The same right after it: "sich verletzen könnte"."""
