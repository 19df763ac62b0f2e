import { Texts } from "../language";
import words from "./words.json";

export { LANGUAGES } from "../language";
export type Word = keyof typeof words;

/** Texts of the map, and labels of codes, in one language. */
export class Words extends Texts<Word> {
  constructor(language: string) {
    super(language, words);
  }
}
