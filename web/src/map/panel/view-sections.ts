import type { Map as WebMap } from "maplibre-gl";
import type { Service } from "../service";
import { buildBoxQuery } from "../state/view-box";
import type { ViewState } from "../state/view-state";
import type { MapTranslations } from "../translations";
import { PanelSection } from "./panel-section";
import { buildPointsPath, createPointList, type PointsPage } from "./point-list";
import { buildSharesPath, createShareChart, type Statistics } from "./share-chart";

/** The sections of the panel about the points in view. */
export class ViewSections {
  private readonly sections: (PanelSection<Statistics> | PanelSection<PointsPage>)[];

  constructor(
    map: WebMap,
    service: Service,
    state: ViewState,
    translations: MapTranslations,
    onChoose: (point: string) => void,
    onGoTo: (day: string) => void,
  ) {
    const getBox = (): Record<string, string> => buildBoxQuery(map.getBounds());
    const renderShares = (response: Statistics): Node[] => createShareChart(response, state, translations, onGoTo);
    const renderPoints = (response: PointsPage): Node[] => createPointList(response, state.day, translations, onChoose);
    this.sections = [
      new PanelSection(
        translations.get("shares"),
        service,
        translations,
        () => buildSharesPath(state, getBox()),
        renderShares,
      ),
      new PanelSection(
        translations.get("points_in_view"),
        service,
        translations,
        () => buildPointsPath(state, getBox()),
        renderPoints,
      ),
    ];
    map.on("movestart", () => this.pause());
  }

  get elements(): HTMLElement[] {
    return this.sections.map((section) => section.element);
  }

  pause(): void {
    for (const section of this.sections) section.pause();
  }

  scheduleUpdate(): void {
    for (const section of this.sections) section.scheduleUpdate();
  }
}
