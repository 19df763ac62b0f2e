import type { Map as WebMap } from "maplibre-gl";

import { Fold } from "./fold";
import { pointList, pointsQuestion, type Listed } from "./points-in-view";
import type { Service } from "./service";
import { shareChart, sharesQuestion, type Statistics } from "./share-chart";
import { viewBox } from "./view-box";
import type { ViewState } from "./view-state";
import type { Words } from "./words";

/** The parts of the panel that tell of what is in view, told together when it begins to change and when it has. */
export class InView {
  private readonly folds: (Fold<Statistics> | Fold<Listed>)[];

  constructor(
    map: WebMap,
    service: Service,
    state: ViewState,
    words: Words,
    chosen: (point: string) => void,
    goTo: (day: string) => void,
  ) {
    const box = (): Record<string, string> => viewBox(map.getBounds());
    const shares = (found: Statistics): Node[] => shareChart(found, state, words, goTo);
    const points = (found: Listed): Node[] => pointList(found, state.day, words, chosen);
    this.folds = [
      new Fold(words.say("shares"), service, words, () => sharesQuestion(state, box()), shares),
      new Fold(words.say("points_in_view"), service, words, () => pointsQuestion(state, box()), points),
    ];
    map.on("movestart", () => this.move());
  }

  get elements(): HTMLElement[] {
    return this.folds.map((fold) => fold.element);
  }

  move(): void {
    for (const fold of this.folds) fold.move();
  }

  rest(): void {
    for (const fold of this.folds) fold.rest();
  }
}
