"""The names that companies and their programs give to columns, by field and language.

Data only. Names are compared as :func:`complaint_qms.tabular.column_choice.fold_heading` writes them, so accents, letter case
and signs do not matter; of two columns that both have a name here, the one that stands earlier counts more. Beside plain words:
ERPNext (Issue, Warranty Claim), Salesforce cases, Zendesk, Freshdesk, Jira, SAP quality notifications, NHTSA, CFPB, MAUDE and
the 311 files of cities.
"""

from __future__ import annotations

from typing import Final

NAMES: Final[dict[str, dict[str, str]]] = {
    "id": {
        "en": "complaint id|complaint no|complaint number|case number|casenumber|case no|case id|caseid|ticket id|ticket no|ticket number|report number|"
        "report id|record id|notification|notification no|notification number|qmnum|service request number|sr number|unique key|case key|claim id|claim no|"
        "claim number|issue key|nhtsa id|odi number|cmplid|odino|mdr report key|case enquiry id|defect id|incident id|incident number|reference|reference number|"
        "ref no|ref|issue id|rma|rma no|rma number|return|return id|return number|return no|id|no|number|name|key|report no|ra report no|ticket|case|claim|complaint",
        "zh": "投诉编号|投诉单号|投诉号|客诉编号|客诉单号|工单号|工单编号|案件编号|单号|编号|序号",
        "de": "reklamationsnummer|reklamationsnr|reklamations nr|beschwerdenummer|beschwerde nr|meldungsnummer|meldung|vorgangsnummer|fallnummer|ticketnummer|"
        "aktenzeichen|nummer|nr|lfd nr|kennung",
        "fr": "numero de reclamation|no de reclamation|no reclamation|reference reclamation|numero de dossier|no de dossier|numero de ticket|identifiant|numero|no|ref",
        "es": "numero de reclamo|numero de reclamacion|numero de queja|no de reclamo|id reclamo|id de queja|folio|numero de caso|numero de ticket|expediente|numero|identificador",
        "pt": "numero da reclamacao|no da reclamacao|protocolo|numero de protocolo|numero do chamado|numero do caso|numero|identificador|codigo da reclamacao",
        "ja": "苦情番号|クレーム番号|受付番号|案件番号|管理番号|整理番号|番号|no",
    },
    "received": {
        "en": "received|received at|received on|date received|receipt date|date of receipt|complaint date|date of complaint|complaint received|"
        "date complaint filed|ldate|notification date|notif date|qmdat|opening date|opened date|date opened|date time opened|opened|opened at|open date|open dt|created|created at|created on|"
        "created time|created date|create date|creation|creation date|date created|date time created|requested date|request date|requested at|"
        "erdat|date added|datea|date submitted|submitted at|submission date|report date|date report|reported|reported at|reported on|date reported|"
        "register date|registration date|awareness date|aware date|date manufacturer received|filed|date filed|logged|logged at|date logged|posting date|entry date|"
        "date|timestamp|datetime|date time|time|received date|caers created date|complaint received date",
        "zh": "投诉日期|投诉时间|客诉日期|接收日期|接收时间|受理日期|受理时间|登记日期|登记时间|创建时间|创建日期|提交时间|提交日期|收到日期|收到时间|反馈日期|反馈时间|日期|时间",
        "de": "eingangsdatum|eingang|eingegangen am|eingegangen|reklamationsdatum|beschwerdedatum|meldedatum|meldungsdatum|meldung am|gemeldet am|erfasst am|"
        "erfassungsdatum|angelegt am|anlagedatum|erstellt am|erstellt|erstelldatum|erstellungsdatum|eroffnet am|eroffnungsdatum|datum",
        "fr": "date de reception|recu le|date de reclamation|date reclamation|date de la reclamation|date de la plainte|date d ouverture|ouvert le|date de creation|"
        "cree le|date de saisie|saisi le|date d enregistrement|enregistre le|date de depot|date",
        "es": "fecha de recepcion|fecha recepcion|recibido|recibido el|fecha de reclamo|fecha de reclamacion|fecha del reclamo|fecha de queja|fecha de la queja|"
        "fecha de apertura|fecha apertura|abierto el|fecha de creacion|fecha creacion|creado|creado el|fecha de ingreso|fecha de registro|fecha registro|fecha|fecha ingreso",
        "pt": "data de recebimento|data do recebimento|recebido em|data da reclamacao|data reclamacao|data de abertura|data abertura|aberto em|data de criacao|"
        "criado em|data de registro|data do registro|data de registo|data de entrada|data|data da abertura",
        "ja": "受付日|受付日時|受付年月日|受領日|苦情受付日|クレーム発生日|登録日|登録日時|作成日|作成日時|起票日|申告日|日付|日時",
    },
    "occurred": {
        "en": "occurred|occurred at|occurred on|date of occurrence|occurrence date|event date|date of event|incident date|date of incident|failure date|fail date|"
        "faildate|defect date|loss date|date of loss|malfunction start|malfunct start|ausvn|date of issue|event start date",
        "zh": "发生日期|发生时间|故障日期|故障时间|事件日期|事发日期|事故日期",
        "de": "ereignisdatum|vorfalldatum|schadensdatum|schadentag|ausfalldatum|fehlerdatum|storungsbeginn|aufgetreten am",
        "fr": "date de l incident|date d incident|date de l evenement|date du sinistre|date de la panne|survenu le",
        "es": "fecha del incidente|fecha de incidente|fecha del evento|fecha de ocurrencia|fecha de la falla|fecha de falla|ocurrido el",
        "pt": "data do incidente|data da ocorrencia|data do evento|data da falha|data do defeito|ocorrido em",
        "ja": "発生日|発生日時|発生年月日|故障日|事故日|事故発生日",
    },
    "customer": {
        "en": "customer|customer name|customer id|customer no|customer number|sold to party|sold to pty|sold to|kunum|client|client name|account|account name|account id|accountid|"
        "requester|requester name|requester organization|buyer|complainant|complainant name|consumer|supplied name|contact name|contact|full name|user|user id|"
        "raised by|your name|organization|organisation",
        "de+": "name 1|ship to party|ship to pty",
        "zh": "客户|客户名称|客户编号|客户代码|投诉人|投诉客户|客户姓名|姓名|买家|用户|顾客|联系人",
        "de": "kunde|kundenname|kundennummer|kundennr|kunden nr|debitor|auftraggeber|reklamant|beschwerdefuhrer|besteller|ansprechpartner",
        "fr": "client|nom du client|nom client|code client|numero client|no client|reclamant|plaignant|acheteur|consommateur",
        "es": "cliente|nombre del cliente|nombre cliente|codigo de cliente|codigo cliente|numero de cliente|id cliente|reclamante|comprador|consumidor|solicitante",
        "pt": "cliente|nome do cliente|nome cliente|codigo do cliente|numero do cliente|id cliente|reclamante|comprador|consumidor|solicitante",
        "ja": "顧客|顧客名|顧客コード|お客様名|お客様|得意先|得意先名|申出者|申出人|購入者",
    },
    "item": {
        "en": "item|item code|item name|product|product name|product title|product code|productname|sku|article|article no|article number|part|part no|part number|material|"
        "material no|material number|matnr|brand name|trade name|device|device name|generic name|modeltxt|catalog number|products|model|product description|product purchased|which product|what product did you buy|component s|components|component",
        "zh": "产品|产品名称|产品编码|产品编号|物料|物料编码|物料名称|物料号|商品|商品名称|货品|品名|车系|型号|类目",
        "de": "artikel|artikelnummer|artikelnr|artikel nr|artikelbezeichnung|produkt|produktname|produktnummer|material|materialnummer|materialkurztext|teil|teilenummer|gerat",
        "fr": "produit|nom du produit|code produit|reference produit|ref produit|article|code article|reference article|materiel|designation|piece|appareil",
        "es": "producto|nombre del producto|codigo de producto|codigo producto|articulo|codigo de articulo|material|pieza|numero de pieza|equipo|referencia producto",
        "pt": "produto|nome do produto|codigo do produto|codigo produto|artigo|item|codigo do item|material|peca|numero da peca|equipamento",
        "ja": "製品|製品名|製品コード|品名|品番|商品|商品名|商品コード|部品|部品番号|品目|品目コード",
    },
    "model": {
        "en": "model|model number|model no|model name|sub product|variant|version|model year|yeartxt|trim",
        "zh": "型号|车型|规格|规格型号|机型|款式|年款",
        "de": "modell|modellnummer|modellbezeichnung|typ nr|variante|ausfuhrung|modelljahr",
        "fr": "modele|no de modele|numero de modele|variante|version",
        "es": "modelo|numero de modelo|variante|version",
        "pt": "modelo|numero do modelo|variante|versao",
        "ja": "型式|型番|機種|機種名|モデル|規格",
    },
    "batch": {
        "en": "batch|batch no|batch number|batch code|batch id|charg|lot|lot no|lot number|lot code|production batch|production lot|vendor batch",
        "zh": "批号|批次|批次号|生产批号|生产批次|产品批号",
        "de": "charge|chargennummer|chargennr|chargen nr|los|losnummer|los nr",
        "fr": "lot|numero de lot|no de lot|no lot|code lot",
        "es": "lote|numero de lote|no de lote|no lote|codigo de lote",
        "pt": "lote|numero do lote|no do lote|no lote|codigo do lote",
        "ja": "ロット|ロット番号|ロットno|製造ロット",
    },
    "serial": {
        "en": "serial|serial no|serial number|serialnr|sn|s n|imei|vin|vin11|udi|device id|asset|asset name|asset id|equipment|equipment no",
        "zh": "序列号|出厂编号|机身号|车架号|设备编号",
        "de": "seriennummer|seriennr|serien nr|serialnummer|geratenummer|fahrgestellnummer|equipment",
        "fr": "numero de serie|no de serie|no serie|numero serie",
        "es": "numero de serie|no de serie|no serie|serie",
        "pt": "numero de serie|no de serie|no serie|serie",
        "ja": "シリアル番号|シリアルno|シリアル|製造番号|機番|車台番号",
    },
    "supplier": {
        "en": "supplier|supplier name|vendor|vendor name|vendor no|lifnum|manufacturer|manufacturer name|manufacturer d name|mfr name|mfr|maker|maketxt|make|brand",
        "zh": "供应商|供应商名称|生产商|制造商|厂家|生产厂家|品牌",
        "de": "lieferant|lieferantenname|lieferantennummer|kreditor|hersteller|herstellername|marke",
        "fr": "fournisseur|nom du fournisseur|fabricant|marque",
        "es": "proveedor|nombre del proveedor|fabricante|marca",
        "pt": "fornecedor|nome do fornecedor|fabricante|marca",
        "ja": "仕入先|仕入先名|供給元|サプライヤー|サプライヤ|メーカー|製造元|ブランド",
    },
    "company": {
        "en": "company|company name|subsidiary|legal entity|company code|plant",
        "zh": "公司|公司名称|所属公司",
        "de": "firma|gesellschaft|buchungskreis|werk",
        "fr": "societe|entreprise|filiale",
        "es": "empresa|compania|sociedad",
        "pt": "empresa|companhia|filial|nome fantasia|razao social",
        "ja": "会社|会社名",
    },
    "type": {
        "en": "complaint type|complaint category|type of complaint|failure mode|defect type|defect code|failure code|failure type|type of failure|fault code|fault type|type|category|issue|"
        "issue type|issue category|defect|failure|fecod|nonconformance|nonconformity|complaint code|"
        "problem|problem type|problem code|device problem|damage code|coding code text|qmcod|request type|sr type|reason|complaint reason|reason code|compdesc|"
        "component|components|case type|return reason|reason for return|reason of return|refund reason|cancellation reason|code group text|label|label component failure|fault|subcategory|cat|notification type|symptoms|coded symptoms|meddra preferred terms|reactions|reaction",
        "zh": "投诉类型|投诉类别|投诉分类|客诉类型|问题类型|问题分类|问题类别|典型问题|类型|类别|分类|缺陷类型|缺陷名称|失效模式|故障模式|不良现象|不良项目|不良类型|故障现象|故障类型|异常类型|缺陷|投诉原因|退货原因|退款原因|原因",
        "de": "reklamationsart|reklamationsgrund|beschwerdeart|beschwerdegrund|beanstandungsgrund|beanstandungsart|fehlerart|fehlerbild|fehlertyp|fehlerkategorie|fehlercode|"
        "fehlermerkmal|fehler|ausfallart|mangelart|beanstandung|mangel|schadensbild|schadensart|schadenscode|schadencode|schadenscodetext|"
        "retourengrund|rucksendegrund|ruckgabegrund|kategorie|art|grund|problem|typ|codegruppentext|codegruppe|meldungsart",
        "fr": "type de reclamation|motif de reclamation|motif de la reclamation|motif de retour|motif du retour|motif|nature de la reclamation|categorie|type|type de defaut|defaut constate|defaut signale|panne constatee|mode de defaillance|defaut|defaillance|code defaut|type de panne|panne|anomalie|probleme|nature",
        "es": "tipo de reclamo|tipo de reclamacion|tipo de queja|motivo del reclamo|motivo de queja|motivo|categoria|tipo|tipo de defecto|falla reportada|defecto reportado|defecto encontrado|modo de falla|modo de fallo|tipo de falla|tipo de fallo|defecto|falla|fallo|averia|codigo de defecto|problema|causa|motivo de devolucion|motivo de la devolucion|motivo reclamacion|motivo de reclamacion|motivo de la reclamacion",
        "pt": "tipo de reclamacao|motivo da reclamacao|motivo|categoria|tipo|tipo de defeito|defeito apresentado|defeito reclamado|defeito relatado|modo de falha|tipo de falha|defeito|falha|avaria|codigo do defeito|problema|assunto principal|motivo da devolucao|motivo de devolucao|causa",
        "ja": "苦情区分|苦情分類|苦情種別|クレーム区分|クレーム種別|クレーム内容区分|不具合区分|不具合現象|不良内容|不良区分|不良モード|故障モード|不良名|不具合名|故障内容|不具合|現象|返品理由|分類|区分|種別|カテゴリ|カテゴリー",
    },
    "severity": {
        "en": "severity|severity level|seriousness|event type|grade|criticality",
        "zh": "严重度|严重程度|严重性|严重等级|等级|级别|事件类型",
        "de": "schweregrad|schwere|fehlerklasse|kritikalitat|bewertung",
        "fr": "gravite|severite|criticite|niveau de gravite",
        "es": "gravedad|severidad|criticidad|nivel de gravedad",
        "pt": "gravidade|severidade|criticidade|nivel de gravidade",
        "ja": "重大度|重要度|深刻度|重篤度|致命度|被害程度|被害の程度",
    },
    "urgency": {
        "en": "urgency|priority|priok|urgent",
        "zh": "紧急程度|紧急度|优先级|优先程度",
        "de": "prioritat|dringlichkeit",
        "fr": "priorite|urgence",
        "es": "prioridad|urgencia",
        "pt": "prioridade|urgencia",
        "ja": "優先度|緊急度",
    },
    "subject": {
        "en": "subject|title|summary|headline|short description|short text|descriptor|qmtxt|sub issue",
        "zh": "主题|标题|摘要|投诉主题|问题概述",
        "de": "betreff|titel|kurztext|kurzbeschreibung|zusammenfassung",
        "fr": "objet|sujet|titre|resume",
        "es": "asunto|titulo|resumen",
        "pt": "assunto|titulo|resumo",
        "ja": "件名|題名|タイトル|概要",
    },
    "text": {
        "en": "complaint description|description of complaint|description|complaint details|details|narrative|complaint narrative|consumer complaint narrative|event text|"
        "foi text|cdescr|long text|defect description|failure description|fault description|complaint|complaint text|text|content|body|message|comment|comments|request details|problem description|remarks|remark|note|notes|review|"
        "what happened",
        "zh": "投诉内容|投诉描述|投诉详情|问题描述|问题简述|描述|内容|详情|详细描述|反馈内容|客户反馈|评论|评价|简述|说明|备注",
        "de": "beschreibung|fehlerbeschreibung|fehlertext|mangelbeschreibung|problembeschreibung|reklamationstext|reklamationsbeschreibung|beschwerdetext|sachverhalt|langtext|text|details|bemerkung|"
        "bemerkungen|kommentar|nachricht|inhalt",
        "fr": "description|description du probleme|description de la reclamation|detail de la reclamation|details|texte|commentaire|commentaires|message|contenu|observations|remarques",
        "es": "descripcion|descripcion del problema|descripcion del reclamo|descripcion de la queja|detalle|detalles|texto|comentario|comentarios|mensaje|contenido|observaciones",
        "pt": "descricao|descricao do problema|descricao da reclamacao|detalhe|detalhes|texto|comentario|comentarios|mensagem|conteudo|observacoes|relato",
        "ja": "苦情内容|クレーム内容|申出内容|不具合内容|内容|詳細|説明|本文|コメント|備考|お問い合わせ内容|状況|事故内容|事故の内容",
    },
    "channel": {
        "en": "channel|source|origin|submitted via|received via|via|intake channel|contact channel|open data channel type|report source|report source code|channel type|"
        "method received|cmpl type",
        "zh": "渠道|投诉渠道|来源|投诉来源|反馈渠道|受理渠道",
        "de": "kanal|eingangskanal|quelle|herkunft|meldeweg|kontaktart",
        "fr": "canal|canal de reception|origine|source|mode de reception",
        "es": "canal|canal de recepcion|origen|medio|via",
        "pt": "canal|canal de entrada|origem|meio|canal de origem",
        "ja": "受付経路|受付方法|受付窓口|経路|チャネル|媒体",
    },
    "region": {
        "en": "region|territory|sales region|state|province|country|borough|neighborhood|neighbourhood|area|city|market|location",
        "zh": "地区|区域|省份|省|城市|国家|销售区域|大区",
        "de": "region|gebiet|vertriebsgebiet|bundesland|land|stadt|ort",
        "fr": "region|territoire|departement|pays|ville|secteur",
        "es": "region|territorio|provincia|estado de residencia|pais|ciudad|zona",
        "pt": "regiao|territorio|estado|uf|pais|cidade|zona",
        "ja": "地域|地区|都道府県|国|市区町村|エリア",
    },
    "status": {
        "en": "status|state of complaint|complaint status|case status|status reason|system status|user status|state",
        "zh": "状态|投诉状态|处理状态",
        "de": "status|systemstatus|anwenderstatus|bearbeitungsstatus",
        "fr": "statut|etat|etat de la reclamation",
        "es": "estatus|estado|estado del reclamo|situacion",
        "pt": "status|situacao|estado do chamado",
        "ja": "状態|ステータス|対応状況|進捗",
    },
    "expectation": {
        "en": "expectation|desired remedy|desired resolution|remedy sought|request|customer wants",
        "zh": "期望|客户期望|诉求|客户诉求|客户要求|期望处理方式",
        "de": "kundenwunsch|forderung|gewunschte losung",
        "fr": "attente|attente du client|demande du client|solution souhaitee",
        "es": "solicitud del cliente|pretension|solucion deseada",
        "pt": "solicitacao do cliente|pedido do cliente|solucao desejada",
        "ja": "要望|お客様要望|希望対応",
    },
    "injured": {
        "en": "injured|injuries|no of injured|number injured|number of injuries|injury count|persons injured",
        "zh": "受伤|受伤人数|伤者",
        "de": "verletzte|verletzt|anzahl verletzte|verletzte personen|zahl der verletzten",
        "fr": "blesses|nombre de blesses",
        "es": "heridos|lesionados|hubo heridos|hubo lesionados|numero de heridos|numero de lesionados",
        "pt": "feridos|numero de feridos|lesionados|houve feridos|houve lesionados",
        "ja": "負傷者|負傷者数|けが人|怪我人数",
    },
    "deaths": {
        "en": "deaths|death|fatalities|no of deaths|number of deaths",
        "zh": "死亡|死亡人数",
        "de": "tote|todesfalle|anzahl tote|anzahl todesfalle",
        "fr": "deces|morts|nombre de deces|nombre de morts",
        "es": "muertes|muertos|fallecidos|numero de muertes",
        "pt": "mortes|obitos|numero de mortes",
        "ja": "死亡者|死亡者数|死者|死者数",
    },
    "harm": {
        "en": "harm|adverse event|adverse event flag|injury flag|safety|safety issue|patient harm|injury|anyone hurt|was anyone hurt|anyone injured|was anyone injured",
        "zh": "伤害|是否伤害|不良事件|安全问题",
        "de": "personenschaden|verletzung|sicherheitsrelevant",
        "fr": "dommage corporel|blessure|evenement indesirable",
        "es": "lesion|dano personal|evento adverso",
        "pt": "lesao|dano pessoal|evento adverso",
        "ja": "人身事故|健康被害|有害事象|けが|けがの有無|怪我|負傷|人的被害",
    },
    "crash": {
        "en": "crash|crash or fire a|accident|collision",
        "zh": "事故|碰撞",
        "de": "unfall|zusammenstoss",
        "fr": "accident|collision",
        "es": "accidente|choque|colision",
        "pt": "acidente|colisao",
        "ja": "衝突",
    },
    "fire": {
        "en": "fire|crash or fire b|burn|smoke",
        "zh": "起火|着火|火灾",
        "de": "brand|feuer",
        "fr": "incendie|feu",
        "es": "incendio|fuego",
        "pt": "incendio|fogo",
        "ja": "火災|発火",
    },
    "quantity": {
        "en": "quantity|qty|complaint quantity|quantity affected|units|units affected|rkmng",
        "zh": "数量|投诉数量|涉及数量|不良数量",
        "de": "menge|anzahl|reklamierte menge|reklamationsmenge|stuckzahl",
        "fr": "quantite|qte|quantite concernee",
        "es": "cantidad|cantidad afectada|unidades",
        "pt": "quantidade|qtd|quantidade afetada|unidades",
        "ja": "数量|対象数量|不良数",
    },
    "cost": {
        "en": "cost|costs|total cost|claim amount|amount|refund amount|refunded amount|refund total|credit amount|compensation|refund|refunded",
        "zh": "金额|赔偿金额|费用|成本|退款金额|退款额|退款",
        "de": "kosten|gesamtkosten|betrag|schadenssumme|gutschrift|erstattungsbetrag",
        "fr": "cout|couts|montant|montant avoir|montant de l avoir|montant rembourse|montant de la reclamation",
        "es": "costo|coste|costos|importe|monto|monto reclamado",
        "pt": "custo|custos|valor|montante|valor reclamado",
        "ja": "費用|金額|損害額|補償額|コスト",
    },
    "handler": {
        "en": "handler|case owner|assigned to|assignee|agent|handled by|responsible|responsible person|coordinator|resolved by|owner",
        "zh": "处理人|负责人|责任人|经办人|客服|受理人",
        "de": "bearbeiter|sachbearbeiter|verantwortlich|verantwortlicher|zustandig|zugewiesen an",
        "fr": "responsable|gestionnaire|charge de dossier|assigne a|traite par",
        "es": "responsable|asignado a|agente|gestor|atendido por",
        "pt": "responsavel|atribuido a|atendente|agente|atendido por",
        "ja": "担当者|担当|対応者|責任者",
    },
    "outcome": {
        "en": "outcome|resolution|resolution details|resolution description|decision|remedy|company response|company response to consumer|disposition|closure reason",
        "zh": "处理结果|结果|解决方案|处理方式|处理方案|处理措施|处理对策",
        "de": "ergebnis|losung|massnahme|entscheidung|erledigung",
        "fr": "resultat|solution|decision|suite donnee|action corrective",
        "es": "resultado|solucion|decision|resolucion|respuesta",
        "pt": "resultado|solucao|decisao|resolucao|resposta",
        "ja": "対応結果|結果|処置|対応内容|処理結果",
    },
    "duplicate_of": {
        "en": "duplicate of|duplicate|merged into|parent|parent case|related complaint",
        "zh": "重复投诉|重复于|关联投诉|合并至",
        "de": "duplikat von|dublette von",
        "fr": "doublon de",
        "es": "duplicado de",
        "pt": "duplicado de|duplicata de",
        "ja": "重複元",
    },
    "first_response": {
        "en": "first response|first response at|first response date|first responded on|first responded at|first reply|first reply at|first reply date|"
        "initial response time|initial response date|initially responded at|acknowledged|acknowledged at|acknowledged on|acknowledgement date|date acknowledged",
        "zh": "首次响应|首次响应时间|首次回复|首次回复时间|响应时间",
        "de": "erste antwort|erste antwort am|erstantwort|erstreaktion|erstantwort am|eingangsbestatigung",
        "fr": "premiere reponse|date de premiere reponse|accuse de reception|date d accuse de reception",
        "es": "primera respuesta|fecha de primera respuesta|fecha primera respuesta|acuse de recibo",
        "pt": "primeira resposta|data da primeira resposta|data primeira resposta",
        "ja": "初回回答日|初回対応日|一次回答日|一次対応日|初回応答日時",
    },
    "intake_done": {"en": "intake done|registered at|intake done at", "zh": "登记完成|登记完成时间"},
    "triage_done": {
        "en": "triage done|triage done at|triaged|triaged at|assigned at|assigned on|initially assigned at|date sent to company|forwarded at",
        "zh": "分派时间|分诊完成|分诊时间|派单时间|转办时间",
        "de": "zugewiesen am|weitergeleitet am",
        "fr": "assigne le|transmis le",
        "es": "asignado el|fecha de asignacion",
        "pt": "atribuido em|data de atribuicao",
        "ja": "割当日|担当割当日",
    },
    "investigate_done": {
        "en": "investigate done|investigation done|investigated|investigated at|investigation done at|investigation completed|investigation date",
        "zh": "调查完成|调查完成时间|调查时间|原因分析完成",
        "de": "untersucht am|untersuchung abgeschlossen",
        "fr": "date d enquete|enquete terminee",
        "es": "fecha de investigacion|investigado el",
        "pt": "data da investigacao|investigado em",
        "ja": "調査完了日|調査日",
    },
    "solve_done": {
        "en": "solve done|solved|solved at|solution at|resolved|resolved at|resolved on|resolved time|resolved date|resolution date|resolutiondate|date resolved|"
        "answered at|reply date|date of reply|response date",
        "zh": "解决时间|方案时间|解决日期|回复时间|回复日期|答复时间|答复日期|处理时间",
        "de": "gelost am|losungsdatum|beantwortet am|antwortdatum|erledigt am",
        "fr": "resolu le|date de resolution|date de reponse|repondu le",
        "es": "resuelto el|fecha de resolucion|fecha resolucion|fecha de respuesta|fecha de solucion",
        "pt": "resolvido em|data de resolucao|data da resolucao|data da resposta|data da solucao|data resposta|data de resposta",
        "ja": "解決日|解決日時|回答日|対応完了日|処理日",
    },
    "confirm_done": {"en": "confirm done|confirmed|confirmed at|customer confirmed", "zh": "确认时间|客户确认时间|确认日期"},
    "execute_done": {
        "en": "execute done|executed|executed at|settled at|settlement date|refund date",
        "zh": "执行完成|执行时间|赔付时间|退款时间",
        "de": "erstattet am|gutgeschrieben am",
        "fr": "rembourse le|date de remboursement",
        "es": "fecha de reembolso",
        "pt": "data do reembolso",
        "ja": "返金日",
    },
    "review_done": {"en": "review done|reviewed|reviewed at|review date", "zh": "复核时间|审核时间|评审时间"},
    "closed": {
        "en": "closed|closed at|closed on|closed date|closed dt|close date|closing date|date closed|date time closed|closed time|closure date|completed at|"
        "completion date|completn date|completn|completion|completed on|qmdab|date completed|end date",
        "zh": "关闭时间|关闭日期|结案时间|结案日期|完成时间|完成日期|办结时间",
        "de": "geschlossen am|abgeschlossen am|abschlussdatum|abschluss|schliessdatum|beendet am|abschlussdat",
        "fr": "cloture le|date de cloture|cloture|ferme le|date de fermeture|termine le",
        "es": "cerrado|cerrado el|fecha de cierre|fecha cierre|fecha de finalizacion",
        "pt": "fechado em|encerrado em|data de fechamento|data de encerramento|data de conclusao|data encerramento|data finalizacao|data de finalizacao|data arquivamento|data de arquivamento",
        "ja": "完了日|完了日時|終了日|クローズ日|処理完了日|解決完了日",
    },
}  # fmt: skip

DELIVERIES: Final[dict[str, dict[str, str]]] = {
    "received": {
        "en": "date|delivery date|delivered|delivered on|posting date|ship date|shipped|invoice date|month|week",
        "zh": "发货日期|交货日期|出库日期|日期|销售日期|开票日期",
        "de": "datum|lieferdatum|versanddatum|rechnungsdatum",
        "fr": "date|date de livraison|date d expedition|date de facture",
        "es": "fecha|fecha de entrega|fecha de envio|fecha de factura",
        "pt": "data|data de entrega|data de envio|data da fatura",
        "ja": "日付|出荷日|納品日|売上日",
    },
    "quantity": {
        "en": "quantity|qty|units|delivered quantity|delivered units|net units|shipped|sold|units sold",
        "zh": "数量|发货数量|交货数量|销量|销售数量",
        "de": "menge|liefermenge|stuckzahl|anzahl",
        "fr": "quantite|quantite livree|qte",
        "es": "cantidad|cantidad entregada|unidades",
        "pt": "quantidade|quantidade entregue|unidades",
        "ja": "数量|出荷数|出荷数量|納品数量",
    },
}
