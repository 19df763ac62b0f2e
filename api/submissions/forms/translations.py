"""Translations for spreadsheets and forms, beside the labels of columns and codes."""

from collections.abc import Mapping
from typing import get_args

from models.codes import Labels, Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
# Names of languages as form tools need them: the name, and the code by which a device finds its own language.
LANGUAGE_NAMES: Mapping[Language, str] = {
    "en": "English (en)",
    "fr": "Français (fr)",
    "es": "Español (es)",
    "ar": "العربية (ar)",
}


class UnknownLanguage(ValueError):
    """A code that is not a language of offices; the message lists the languages."""


def parse_language(code: str) -> Language:
    """Return the language of this code, or raise UnknownLanguage."""
    for language in LANGUAGES:
        if language == code:
            return language
    raise UnknownLanguage(f"{code!r} is none of {', '.join(LANGUAGES)}")


CURRENT_STATUS_NOTE: Labels = {
    "en": "Last known: {status}, since {day}. Leave this cell empty to confirm it.",
    "fr": "Dernier état connu : {status}, depuis le {day}. Laissez cette cellule vide pour le confirmer.",
    "es": "Último estado conocido: {status}, desde el {day}. Deje esta celda vacía para confirmarlo.",
    "ar": "آخر حالة معروفة: {status}، منذ {day}. اترك هذه الخانة فارغة لتأكيدها.",
}

STATUS_CHANGE_HINT: Labels = {
    "en": "If the status has changed, also put the day of the change under From. Otherwise it is taken to have held "
    "since the day that stands there.",
    "fr": "Si le statut a changé, indiquez aussi le jour du changement sous « À partir du ». Sinon il est réputé "
    "s'appliquer depuis le jour qui y figure.",
    "es": "Si el estado ha cambiado, indique también el día del cambio en «Desde». De lo contrario se entiende que "
    "rige desde el día que figura allí.",
    "ar": "إذا تغيرت الحالة، فاكتب أيضاً يوم التغيير في عمود «من تاريخ». وإلا اعتُبرت سارية منذ اليوم المكتوب هناك.",
}
DEFINITIONS: Mapping[str, Labels] = {
    "list": {"en": "List", "fr": "Liste", "es": "Lista", "ar": "القائمة"},
    "code": {"en": "Code", "fr": "Code", "es": "Código", "ar": "الرمز"},
    "label": {"en": "Label", "fr": "Libellé", "es": "Etiqueta", "ar": "التسمية"},
    "definition": {"en": "Definition", "fr": "Définition", "es": "Definición", "ar": "التعريف"},
}
COLUMN: Labels = {"en": "Column", "fr": "Colonne", "es": "Columna", "ar": "العمود"}

FORM_TITLE: Labels = {
    "en": "Weekly update of points of entry: {places}",
    "fr": "Mise à jour hebdomadaire des points d'entrée : {places}",
    "es": "Actualización semanal de los puntos de entrada: {places}",
    "ar": "التحديث الأسبوعي لنقاط الدخول: {places}",
}
GROUPS: Mapping[str, Labels] = {
    "what_holds": {"en": "What holds there", "fr": "Ce qui s'applique", "es": "Lo que rige allí", "ar": "ما يسري هناك"},
    "measure_rows": {
        "en": "A measure that differs from those above",
        "fr": "Une mesure qui diffère de celles ci-dessus",
        "es": "Una medida que difiere de las anteriores",
        "ar": "تدبير يختلف عما سبق",
    },
    "flows": {"en": "How many people", "fr": "Combien de personnes", "es": "Cuántas personas", "ar": "عدد الأشخاص"},
    "health": {"en": "Public health", "fr": "Santé publique", "es": "Salud pública", "ar": "الصحة العامة"},
    "provenance": {"en": "How it is known", "fr": "D'où on le sait", "es": "Cómo se sabe", "ar": "مصدر المعلومات"},
}
EMPTY_STATUS_NOTE: Labels = {
    "en": "Leave the status empty if nothing has changed: the status last known is then confirmed.",
    "fr": "Laissez le statut vide si rien n'a changé : le dernier statut connu est alors confirmé.",
    "es": "Deje el estado vacío si nada ha cambiado: se confirma entonces el último estado conocido.",
    "ar": "اترك الحالة فارغة إذا لم يتغير شيء: تُؤكَّد عندئذ آخر حالة معروفة.",
}
END_BEFORE_START_ERROR: Labels = {
    "en": "It cannot end before it starts.",
    "fr": "La fin ne peut pas précéder le début.",
    "es": "No puede terminar antes de empezar.",
    "ar": "لا يمكن أن تسبق النهاية البداية.",
}
FUTURE_DAY_ERROR: Labels = {
    "en": "Nobody has looked on a day that is still to come.",
    "fr": "Personne n'a encore observé un jour à venir.",
    "es": "Nadie ha observado un día que aún no ha llegado.",
    "ar": "لا يمكن تقييم يوم لم يأت بعد.",
}
COUNT_ERROR: Labels = {
    "en": "A whole number of people, 0 or more.",
    "fr": "Un nombre entier de personnes, 0 ou plus.",
    "es": "Un número entero de personas, 0 o más.",
    "ar": "عدد صحيح من الأشخاص، 0 أو أكثر.",
}
URL_ERROR: Labels = {
    "en": "An address that begins with https://",
    "fr": "Une adresse qui commence par https://",
    "es": "Una dirección que empiece por https://",
    "ar": "عنوان يبدأ بـ https://",
}
HOURS_HINT: Labels = {
    "en": "Such as Mo-Fr 08:00-18:00; PH off, or 24/7. Leave it empty if nothing has changed.",
    "fr": "Par exemple Mo-Fr 08:00-18:00; PH off, ou 24/7. Laissez vide si rien n'a changé.",
    "es": "Por ejemplo Mo-Fr 08:00-18:00; PH off, o 24/7. Déjelo vacío si nada ha cambiado.",
    "ar": "مثل Mo-Fr 08:00-18:00; PH off أو 24/7. اتركه فارغًا إذا لم يتغير شيء.",
}
HOURS_ERROR: Labels = {
    "en": "Days and hours in the syntax of OpenStreetMap, such as Mo-Fr 08:00-18:00; PH off",
    "fr": "Des jours et des heures dans la syntaxe d'OpenStreetMap, par exemple Mo-Fr 08:00-18:00; PH off",
    "es": "Días y horas en la sintaxis de OpenStreetMap, por ejemplo Mo-Fr 08:00-18:00; PH off",
    "ar": "أيام وساعات بصيغة OpenStreetMap، مثل Mo-Fr 08:00-18:00; PH off",
}
