/** Browsers cap an element's height (Firefox near 17.8 million px); a longer list scrolls inside this much. */
export const MOST_HEIGHT = 15_000_000;
/** Within this much of either end the element and the list run px for px. */
const EXACT_ENDS = 100_000;

/**
 * Scrolls a list of any height inside an element a browser can make. `top` is the place in the list that stands at the
 * upper edge of the window, `scrollTop` the browser's own figure; both in px.
 * Small scrolls move the list px for px, so every row can be reached; larger jumps (a dragged scrollbar) move it in
 * proportion. `settle` brings the two back into proportion once the scrolling rests, without moving what is seen.
 */
export class ScrollScale {
  #height = 0;
  #window = 0;
  #top = 0;
  #scrollTop = 0;

  /** Height of the element inside the scroller. */
  get elementHeight(): number {
    return Math.min(this.#height, MOST_HEIGHT);
  }

  get top(): number {
    return this.#top;
  }

  get scrollTop(): number {
    return this.#scrollTop;
  }

  /** What to add to a place in the element to get a place in the list. */
  get offset(): number {
    return this.isScaled ? Math.round(this.#top - this.#scrollTop) : 0;
  }

  get isScaled(): boolean {
    return this.#height > MOST_HEIGHT;
  }

  /** Takes a new list or window height and keeps `top` where it can. Returns the scrollTop to set. */
  resize(height: number, window: number): number {
    this.#height = height;
    this.#window = window;
    return this.jump(this.#top);
  }

  /** Moves the list to `top` exactly. Returns the scrollTop to set. */
  jump(top: number): number {
    this.#top = clamp(top, this.#most);
    return this.settle();
  }

  /** Hears of a scroll the person made. Returns the scrollTop to set where the browser's has run out before the list. */
  scrolled(scrollTop: number): number {
    const moved = scrollTop - this.#scrollTop;
    this.#scrollTop = scrollTop;
    const near = Math.abs(moved) <= 2 * this.#window;
    if (!this.isScaled) this.#top = scrollTop;
    else if (near) this.#top = clamp(this.#top + moved, this.#most);
    else this.#top = this.#topAt(scrollTop);
    const ranOut = scrollTop <= 0 || scrollTop >= this.#mostScrollTop - 1;
    return this.isScaled && ranOut ? this.settle() : scrollTop;
  }

  /** The scrollTop in proportion to `top`. The element's places shift with it, so rows must be drawn anew. */
  settle(): number {
    this.#scrollTop = this.isScaled ? Math.round(this.#scrollTopAt(this.#top)) : this.#top;
    return this.#scrollTop;
  }

  get #most(): number {
    return Math.max(0, this.#height - this.#window);
  }

  get #mostScrollTop(): number {
    return Math.max(0, this.elementHeight - this.#window);
  }

  get #ends(): number {
    return Math.min(EXACT_ENDS, this.#mostScrollTop / 4);
  }

  get #ratio(): number {
    return (this.#most - 2 * this.#ends) / Math.max(1, this.#mostScrollTop - 2 * this.#ends);
  }

  #topAt(scrollTop: number): number {
    const [ends, below] = [this.#ends, this.#mostScrollTop - scrollTop];
    if (scrollTop <= ends) return scrollTop;
    if (below <= ends) return this.#most - below;
    return Math.round(ends + (scrollTop - ends) * this.#ratio);
  }

  #scrollTopAt(top: number): number {
    const [ends, below] = [this.#ends, this.#most - top];
    if (top <= ends) return top;
    if (below <= ends) return this.#mostScrollTop - below;
    return ends + (top - ends) / this.#ratio;
  }
}

const clamp = (value: number, most: number): number => Math.min(Math.max(value, 0), most);
