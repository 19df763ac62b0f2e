import { button, element } from "./elements";
import type { Service } from "./service";
import type { Words } from "./words";

/** Longer than the slider's pause between two pictures, so that nothing is asked while it plays. */
const REST_MS = 600;

/** A part of the panel that tells of what is in view: it asks only while it is open and the map is at rest. */
export class Fold<Answer> {
  readonly element: HTMLDetailsElement;
  private readonly content = element("div");
  private isMoving = true;
  private stop = new AbortController();
  private waiting = 0;
  private told = "";

  /** `question` is the path to ask for; the same one is not asked for twice in turn. */
  constructor(
    title: string,
    private readonly service: Service,
    private readonly words: Words,
    private readonly question: () => string,
    private readonly drawn: (answer: Answer) => Node[],
  ) {
    this.element = element("details", {}, element("summary", {}, title), this.content);
    this.element.addEventListener("toggle", () => this.isMoving || this.rest());
  }

  /** The view begins to change: an answer for the one before is of no use. */
  move(): void {
    this.isMoving = true;
    this.stop.abort();
    window.clearTimeout(this.waiting);
  }

  /** The view has changed: tell of it soon, unless it changes again. */
  rest(): void {
    this.move();
    this.isMoving = false;
    if (this.element.open) this.waiting = window.setTimeout(() => void this.tell(), REST_MS);
  }

  private async tell(): Promise<void> {
    const path = this.question();
    if (path === this.told) return;
    this.stop = new AbortController();
    const { signal } = this.stop;
    this.content.ariaBusy = "true";
    try {
      const answer = await this.service.json<Answer>(path, signal);
      this.content.replaceChildren(...this.drawn(answer));
      this.told = path;
    } catch (error) {
      if (signal.aborted) return;
      console.error(error);
      this.content.replaceChildren(element("p", {}, this.words.say("failed")), button(this.words.say("retry"), () => void this.tell()));
      this.told = "";
    }
    this.content.ariaBusy = "false";
  }
}
