"""How people say in German, French, Spanish and Portuguese that a part of somebody's body was hurt.

Data only, in lower case and without accents, as alternatives of a pattern: "mir … die Hand verbrannt", "s'est cassé le bras".
``constants.lexicon_languages`` holds the words that need nobody beside them, ``constants.harm_grammar`` does the same for English.
"""

from typing import Final

BROKEN: Final = ("critical", 6.5)
"""Severity and rank weight of a broken bone, as of a fracture in ``lexicon_harm``; burns and cuts as in ``harm_grammar``."""

BONES: Final = {
    "de": "hand|hande|handen|handgelenk|finger|daumen|arm|arme|unterarm|oberarm|bein|beine|fuss|zeh|zehe|zehen|knie|nase|schulter|rippe|rippen|hufte|oberschenkel|"
    "unterschenkel|knochel|ellenbogen|ellbogen|kiefer|schlusselbein|becken|wirbel",
    "fr": "main|doigt|doigts|pouce|poignet|bras|avant bras|jambe|jambes|pied|orteil|orteils|genou|nez|epaule|cote|cotes|hanche|cheville|coude|machoire|clavicule|bassin|femur|tibia",
    "es": "mano|manos|dedo|dedos|pulgar|muneca|brazo|brazos|pierna|piernas|pie|rodilla|nariz|hombro|costilla|costillas|cadera|tobillo|codo|mandibula|clavicula|femur|tibia",
    "pt": "mao|maos|dedo|dedos|polegar|pulso|punho|braco|bracos|perna|pernas|pe|joelho|nariz|ombro|costela|costelas|quadril|tornozelo|cotovelo|mandibula|clavicula|femur|tibia",
}
SOFT: Final = {
    "de": "fingern|fingerkuppe|armen|beinen|fusse|fussen|kopf|stirn|gesicht|auge|augen|mund|lippe|lippen|zunge|ohr|ohren|hals|rucken|brust|bauch|haut|handflache|wange|kinn",
    "fr": "mains|pieds|genoux|tete|front|visage|oeil|yeux|bouche|levre|levres|langue|oreille|oreilles|cou|gorge|dos|poitrine|ventre|peau|cuisse|cuisses|joue|menton|paume",
    "es": "pies|rodillas|cabeza|frente|cara|ojo|ojos|boca|labio|labios|lengua|oreja|oido|cuello|garganta|espalda|pecho|estomago|piel|muslo|mejilla|barbilla|palma",
    "pt": "pes|joelhos|cabeca|testa|rosto|olho|olhos|boca|labio|labios|lingua|orelha|ouvido|pescoco|garganta|costas|peito|barriga|pele|coxa|bochecha|queixo|palma",
}
"""Parts of the body that are hurt and do not break."""
TEETH: Final = {
    "de": "zahn|zahne|schneidezahn|backenzahn",
    "fr": "dent|dents|molaire",
    "es": "diente|dientes|muela|muelas",
    "pt": "dente|dentes|molar",
}
SOMEBODY: Final = {
    "de": r"mir|mich|sich|uns|dir|dich|euch|ihm|ihn|ihr|ihnen|mein\w*|seine\w*|ihre\w*|unsere\w*|kind|kindes|sohn|tochter|frau|mann|mutter|vater",
    "fr": "me|m|te|t|se|s|nous|vous|lui|leur",
    "es": "me|te|se|le|les|nos",
    "pt": "ele|ela|eles|elas|eu|filho|filha|esposa|marido|mulher|mae|pai|avo|cliente|paciente|crianca|menino|menina|senhora|senhor|funcionario|funcionaria|"
    "irmao|irma|bebe|aluno|aluna|pessoa|amigo|amiga",
}
"""To whom it happened; in Portuguese who did it to themselves."""
OWNERS: Final = {
    "de": r"mein\w*|sein|seine\w*|ihr|ihre\w*|unser\w*",
    "fr": "ma|mon|mes|sa|son|ses|notre|nos|leur|leurs",
    "es": "mi|mis|su|sus|nuestra|nuestras",
    "pt": "minha|meu|minhas|meus|sua|seu|suas|seus",
}
BURNT: Final = {
    "de": r"verbrannt|verbruht",
    "fr": r"brule|brulee|brules|brulees|ebouillante\w*",
    "es": r"queme|quemo|quemaron|quemamos|quemado|escaldo|escalde",
    "pt": r"queimei|queimou|queimaram|queimamos|escaldei|escaldou",
}
CUT: Final = {
    "de": "geschnitten|aufgeschnitten|gequetscht|eingequetscht|geklemmt|eingeklemmt|gestossen|angeschlagen|gestochen|aufgeschurft|zerkratzt",
    "fr": r"coupe|coupee|coupes|coupees|entaille\w*|pince|pincee|coince|coincee|cogne|cognee|griffe|griffee|pique|piquee|ecorche|ecorchee",
    "es": "corte|corto|cortaron|cortado|pille|pillo|pellizco|machuco|machuque|golpee|golpeo|rasguno|pinche|pincho|aplasto",
    "pt": "cortei|cortou|cortaram|prendi|prendeu|bati|bateu|arranhei|arranhou|furei|furou|espetei|espetou|ralei|ralou",
}
BROKE: Final = {
    "de": "gebrochen|angebrochen",
    "fr": r"casse|cassee|casses|cassees|fracture|fracturee|fractures|brise|brisee",
    "es": "rompi|rompio|rompieron|roto|quebre|quebro|fracture|fracturo|parti|partio",
    "pt": "quebrei|quebrou|quebraram|fraturei|fraturou",
}
ARE_BURNT: Final = {
    "de": "verbrannt|verbruht",
    "fr": "brule|brulee|brules|brulees|ebouillante|ebouillantee",
    "es": "quemado|quemada|quemados|quemadas",
    "pt": "queimado|queimada|queimados|queimadas",
}
"""As what somebody's hand is afterwards."""
ARE_BROKEN: Final = {
    "de": "gebrochen|angebrochen",
    "fr": "casse|cassee|casses|cassees|fracture|fracturee",
    "es": "roto|rota|rotos|rotas|quebrado|quebrada|fracturado|fracturada",
    "pt": "quebrado|quebrada|quebrados|quebradas|fraturado|fraturada",
}
TOOTH_GONE: Final = {
    "de": "abgebrochen|ausgebissen|ausgebrochen|ausgeschlagen|abgesplittert|gebrochen|verloren",
    "fr": "casse|cassee|casser|brise|perdu|ebreche|fele",
    "es": "rompi|rompio|parti|partio|quebre|quebro|perdi|perdio|astillo",
    "pt": "quebrei|quebrou|perdi|perdeu|lasquei|lascou|trinquei",
}
