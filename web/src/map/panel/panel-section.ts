import { createButton, createElement } from "../../shared/elements";
import type { Service } from "../service";
import type { MapTranslations } from "../translations";

/** Longer than the slider's pause between two pictures, so that nothing is asked while it plays. */
const UPDATE_DELAY_MS = 600;

/** A part of the panel that tells of what is in view: it asks only while it is open and the map is at rest. */
export class PanelSection<Response> {
  readonly element: HTMLDetailsElement;
  private readonly content = createElement("div");
  private isMoving = true;
  private abortController = new AbortController();
  private timer = 0;
  private shownPath = "";

  /** `question` is the path to ask for; the same one is not asked for twice in turn. */
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

  /** The view begins to change: an answer for the one before is of no use. */
  pause(): void {
    this.isMoving = true;
    this.abortController.abort();
    window.clearTimeout(this.timer);
  }

  /** The view has changed: tell of it soon, unless it changes again. */
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
