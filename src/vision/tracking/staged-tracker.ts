import type { Detection } from '#core/detection.js';
import type { Stamp } from '#core/stamp.js';
import type { Track } from '#core/track.js';
import { Association } from './association.js';
import type { TrackerOptions } from './options.js';
import { withoutSecondBoxes } from './second-boxes.js';
import { type Plan, planOf, type Stage } from './stages.js';
import type { Tracker, TrackerState } from './tracker.js';
import { born, type Moment, matched, reported, restored, saved, type Tracklet } from './tracklet.js';

/** A lost and a seen track that overlap more than this are one (ByteTrack's published code). */
const TWIN_IOU = 0.85;
const FARTHEST_PX = 1e7;

/**
 * The tracker behind both algorithms: predict, associate in stages, age, give birth, report.
 *
 * Deviations from ByteTrack's published code: time comes from pts, not from counting frames; tentative tracks are
 * predicted too (there, their first velocity is lost); ids are given at confirmation, so that none is skipped;
 * a score exactly at the high threshold counts as high (there, it is dropped); one class never takes another's track; a
 * second box of a seen object starts no track (`newOverlap`: detectors of small models leave many); what overlaps no track
 * may still be one that is quick (`reach`).
 * From SORT's: a confirmed track stays confirmed through a gap (there, it must be seen three times again), an unconfirmed
 * one dies at its first miss.
 */
export class StagedTracker implements Tracker {
  #options: TrackerOptions;
  #plan: Plan;
  #association = new Association();
  #tracks: Tracklet[] = [];
  #epoch: number | null = null;
  #frame = 0;
  #pts: number | null = null;
  #clock = 0;
  #nextId = 1;

  constructor(options: TrackerOptions, state?: TrackerState) {
    this.#options = options;
    this.#plan = planOf(options);
    if (state === undefined) return;
    this.#tracks = state.tracks.map(restored);
    this.#epoch = state.epoch;
    this.#frame = state.frame;
    this.#pts = state.pts;
    this.#clock = state.clock;
    this.#nextId = state.nextId;
  }

  update(detections: readonly Detection[], stamp: Stamp): Track[] {
    const now = this.#advance(stamp);
    const { highScore, lowScore, newScore, newScores } = this.#options;
    const usable = detections.filter(isUsable);
    let high = usable.filter(({ score }) => score >= highScore);
    let low = usable.filter(({ score }) => score >= lowScore && score < highScore);
    const unseen = new Set(this.#tracks);
    for (const stage of this.#plan.stages) {
      if (stage.scores === 'high') high = this.#associate(stage, high, unseen, now);
      else low = this.#associate(stage, low, unseen, now);
    }
    this.#age(unseen, now);
    const fresh = high.filter(({ label, score }) => score >= (newScores[label] ?? newScore));
    const seen = this.#tracks.flatMap(({ detection }) => detection ?? []);
    for (const detection of withoutSecondBoxes(fresh, seen, this.#options)) {
      this.#tracks.push(born(detection, this.#plan.motion, now));
    }
    this.#removeTwins();
    return this.#report(now);
  }

  /** Moves the clock and every track to the frame. */
  #advance({ epoch, pts }: Stamp): Moment {
    if ((epoch ?? null) !== this.#epoch) this.reset();
    this.#epoch = epoch ?? null;
    const passed = this.#pts === null ? 0 : pts - this.#pts;
    const elapsed = this.#pts === null || passed > 0 ? passed : 1 / this.#options.frameRate;
    this.#pts = pts;
    this.#clock += elapsed;
    this.#frame++;
    const steps = elapsed * this.#options.frameRate;
    for (const track of this.#tracks) {
      track.detection = undefined;
      this.#plan.motion.predict(track.filter, steps, track.state !== 'lost');
    }
    return { frame: this.#frame, clock: this.#clock };
  }

  /** Matches one stage; returns the detections that are left over and takes the seen tracks out of `unseen`. */
  #associate(stage: Stage, detections: Detection[], unseen: Set<Tracklet>, now: Moment): Detection[] {
    if (detections.length === 0) return detections;
    const tracks = this.#tracks.filter((track) => unseen.has(track) && stage.tracks.includes(track.state));
    if (tracks.length === 0) return detections;
    const { motion } = this.#plan;
    const columnOf = this.#association.match(tracks, detections, { stage, motion, perClass: this.#options.perClass });
    const left: (Detection | undefined)[] = [...detections];
    tracks.forEach((track, row) => {
      if (columnOf[row] < 0) return;
      matched(track, detections[columnOf[row]], motion, now);
      unseen.delete(track);
      left[columnOf[row]] = undefined;
    });
    return left.filter((detection) => detection !== undefined);
  }

  /** Unseen tentative tracks die, others are lost until their time is over. */
  #age(unseen: ReadonlySet<Tracklet>, { clock }: Moment): void {
    let excess = this.#tracks.length - this.#options.maxTracks;
    this.#tracks = this.#tracks.filter((track) => {
      if (!unseen.has(track)) return true;
      if (track.state === 'tentative') return false;
      const expired = track.state === 'lost' && clock - track.seenAt > this.#options.maxLost;
      track.state = 'lost';
      return !expired && excess-- <= 0;
    });
  }

  /** Of a seen and a lost track in one place, the one that was followed longer stays; ties go to the lost one. */
  #removeTwins(): void {
    const lost = this.#tracks.filter(({ state }) => state === 'lost');
    if (lost.length === 0) return;
    const seen = this.#tracks.filter(({ state }) => state !== 'lost');
    const gone = new Set<Tracklet>();
    this.#association.twins(seen, lost, { motion: this.#plan.motion, threshold: TWIN_IOU }, (i, j) => {
      const [a, b] = [seen[i], lost[j]];
      if (this.#options.perClass && a.classId !== b.classId) return;
      gone.add(a.seen - a.born > b.seen - b.born ? b : a);
    });
    if (gone.size > 0) this.#tracks = this.#tracks.filter((track) => !gone.has(track));
  }

  #report({ frame }: Moment): Track[] {
    const needed = Math.min(this.#options.confirmAfter, frame);
    const filteredBy = this.#options.boxes === 'filtered' ? this.#plan.motion : undefined;
    const tracks: Track[] = [];
    for (const track of this.#tracks) {
      if (track.detection === undefined) continue;
      if (track.state === 'tentative' && track.hits >= needed) {
        track.state = 'confirmed';
        track.id = this.#nextId++;
      }
      if (track.state === 'confirmed') tracks.push(reported(track, frame, filteredBy));
      track.detection = undefined;
    }
    return tracks.sort((a, b) => b.score - a.score || a.trackId - b.trackId);
  }

  reset(): void {
    this.#tracks = [];
    this.#epoch = null;
    this.#frame = 0;
    this.#pts = null;
    this.#clock = 0;
    this.#nextId = 1;
  }

  toJSON(): TrackerState {
    return {
      version: 1,
      options: this.#options,
      epoch: this.#epoch,
      frame: this.#frame,
      pts: this.#pts,
      clock: this.#clock,
      nextId: this.#nextId,
      tracks: this.#tracks.map(saved),
    };
  }
}

function isUsable({ box: [x1, y1, x2, y2], score }: Detection): boolean {
  const inside = Math.abs(x1) <= FARTHEST_PX && Math.abs(y1) <= FARTHEST_PX && x2 <= FARTHEST_PX && y2 <= FARTHEST_PX;
  return inside && x2 > x1 && y2 > y1 && score > 0;
}
