// The master clock of playback: recording time as a function of `now`. Pure; every media element follows it.

export class Clock {
  #base = 0;
  #since: number | null = null;
  #rate = 1;

  /** Recording time in ms. */
  at(now: number): number {
    return this.#since === null ? this.#base : this.#base + (now - this.#since) * this.#rate;
  }

  get running(): boolean {
    return this.#since !== null;
  }

  get rate(): number {
    return this.#rate;
  }

  start(now: number): void {
    this.#since ??= now;
  }

  stop(now: number): void {
    this.#base = this.at(now);
    this.#since = null;
  }

  set(ms: number, now: number): void {
    this.#base = ms;
    if (this.#since !== null) this.#since = now;
  }

  setRate(rate: number, now: number): void {
    this.set(this.at(now), now);
    this.#rate = rate;
  }
}
