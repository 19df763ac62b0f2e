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
    raise UnknownLanguage(f"unknown language {code!r}; expected one of {', '.join(LANGUAGES)}")


CURRENT_STATUS_NOTE: Labels = {
    "en": "Last known: {status}, since {day}. Leave this cell empty to confirm it.",
    "fr": "Dernier état connu : {status}, depuis le {day}. Laissez cette cellule vide pour le confirmer.",
    "es": "Último estado conocido: {status}, desde el {day}. Deje esta celda vacía para confirmarlo.",
    "ar": "آخر حالة معروفة: {status}، منذ {day}. اترك هذه الخانة فارغة لتأكيدها.",
}

STATUS_CHANGE_HINT: Labels = {
    "en": "If the status has changed, also put the day of the change under From. If you leave From "
    "unchanged, the new status is valid from that day.",
    "fr": "Si le statut a changé, indiquez aussi le jour du changement sous « À partir du ». Si vous laissez "
    "ce jour inchangé, le nouveau statut vaut à partir de ce jour.",
    "es": "Si el estado ha cambiado, indique también el día del cambio en «Desde». Si deja ese día "
    "sin cambios, el nuevo estado rige desde ese día.",
    "ar": "إذا تغيرت الحالة، فاكتب أيضاً يوم التغيير في عمود «من تاريخ». "
    "إذا تركت هذا اليوم دون تغيير، تسري الحالة الجديدة منذ ذلك اليوم.",
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
    "what_holds": {"en": "Restrictions", "fr": "Restrictions", "es": "Restricciones", "ar": "القيود"},
    "measure_rows": {
        "en": "A measure that differs from those above",
        "fr": "Une mesure qui diffère de celles ci-dessus",
        "es": "Una medida que difiere de las anteriores",
        "ar": "تدبير يختلف عما سبق",
    },
    "flows": {"en": "How many people", "fr": "Combien de personnes", "es": "Cuántas personas", "ar": "عدد الأشخاص"},
    "health": {"en": "Public health", "fr": "Santé publique", "es": "Salud pública", "ar": "الصحة العامة"},
    "provenance": {"en": "Source", "fr": "Source", "es": "Fuente", "ar": "المصدر"},
}
EMPTY_STATUS_NOTE: Labels = {
    "en": "Leave the status empty if nothing has changed: this confirms the last known status.",
    "fr": "Laissez le statut vide si rien n'a changé : cela confirme le dernier statut connu.",
    "es": "Deje el estado vacío si nada ha cambiado: así se confirma el último estado conocido.",
    "ar": "اترك الحالة فارغة إذا لم يتغير شيء: يؤكد ذلك آخر حالة معروفة.",
}
END_BEFORE_START_ERROR: Labels = {
    "en": "The end cannot be before the start.",
    "fr": "La fin ne peut pas précéder le début.",
    "es": "El fin no puede ser anterior al inicio.",
    "ar": "لا يمكن أن تسبق النهاية البداية.",
}
FUTURE_DAY_ERROR: Labels = {
    "en": "The day of assessment cannot be in the future.",
    "fr": "Le jour de l'évaluation ne peut pas être dans le futur.",
    "es": "El día de la evaluación no puede estar en el futuro.",
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
