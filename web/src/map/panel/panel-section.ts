import { createButton, createElement } from "../../shared/elements";
import type { Service } from "../service";
import type { MapTranslations } from "../translations";

/** Longer than the time bar's pause between two pictures, so that nothing is requested while it plays. */
const UPDATE_DELAY_MS = 600;

/** A section of the panel about the points in view. It sends requests only while open and with the map at rest. */
export class PanelSection<Response> {
  readonly element: HTMLDetailsElement;
  private readonly content = createElement("div");
  private isMoving = true;
  private abortController = new AbortController();
  private timer = 0;
  private shownPath = "";

  /** `buildPath` returns the path to request; a path that is shown already is not requested again. */
  constructor(
    title: string,
    private readonly service: Service,
    private readonly translations: MapTranslations,
    private readonly buildPath: () => string,
    private readonly render: (response: Response) => Node[],
  ) {
    this.element = createElement("details", {}, createElement("summary", {}, title), this.content);
    this.element.addEventListener("toggle", () => this.isMoving || this.scheduleUpdate());
  }

  /** Cancel the request of the previous view: the view begins to change. */
  pause(): void {
    this.isMoving = true;
    this.abortController.abort();
    window.clearTimeout(this.timer);
  }

  /** Update after a delay, unless the view changes again. */
  scheduleUpdate(): void {
    this.pause();
    this.isMoving = false;
    if (this.element.open) this.timer = window.setTimeout(() => void this.update(), UPDATE_DELAY_MS);
  }

  private async update(): Promise<void> {
    const path = this.buildPath();
    if (path === this.shownPath) return;
    this.abortController = new AbortController();
    const { signal } = this.abortController;
    this.content.ariaBusy = "true";
    try {
      const response = await this.service.fetchJson<Response>(path, signal);
      this.content.replaceChildren(...this.render(response));
      this.shownPath = path;
    } catch (error) {
      if (signal.aborted) return;
      console.error(error);
      this.content.replaceChildren(
        createElement("p", {}, this.translations.get("failed")),
        createButton(this.translations.get("retry"), () => void this.update()),
      );
      this.shownPath = "";
    }
    this.content.ariaBusy = "false";
  }
}
