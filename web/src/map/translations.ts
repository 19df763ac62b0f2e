import { Translations } from "../shared/translations";
import translations from "./translations.json";

export type MapTranslationKey = keyof typeof translations;

/** The texts of the map, and labels of codes, in one language. */
export class MapTranslations extends Translations<MapTranslationKey> {
  constructor(language: string) {
    super(language, translations);
  }
}
