import type { LoadedSettings } from '#config/load.js';
import type { Settings } from '#config/settings.js';
import { messageOf } from '#core/errors.js';
import type { LiveCameras } from '#pipeline/live/live-cameras.js';
import { engineOptions } from './engine-settings.js';
import { type Around, modelAround, openModel, tuning, type WatchModel } from './watch-model.js';
import { cameraPlans } from './watch-plans.js';
import type { WatchRun } from './watch-run.js';

export interface WatchedOptions extends WatchRun {
  /** The sources that are watched where the settings name no cameras. */
  readonly sources: readonly string[];
  readonly metrics: Around['metrics'];
  readonly pageRules: Around['pageRules'];
}

/** Settings that the model is loaded by. */
const OF_MODEL = ['model', 'models', 'inputSize', 'device', 'workers', 'threads'] as const;

/** The settings in force and the model that they name; both may change while viewers stay connected. */
export class Watched {
  readonly #options: WatchedOptions;
  #loaded: LoadedSettings;
  #model: WatchModel;
  #floor: number;
  #reloading: Promise<void> = Promise.resolve();

  private constructor(options: WatchedOptions, model: WatchModel) {
    this.#options = options;
    this.#loaded = options.session;
    this.#model = model;
    this.#floor = floorOf(options.session.settings);
  }

  /** @throws LookoutError as `openEngine` */
  static async open(options: WatchedOptions): Promise<Watched> {
    return new Watched(options, await loadedModel(options, options.session));
  }

  get loaded(): LoadedSettings {
    return this.#loaded;
  }

  get model(): WatchModel {
    return this.#model;
  }

  /**
   * Reads the settings again, one reading after another: only what changed starts anew. Settings with faults, or whose model
   * cannot be loaded, change nothing; what needs a new start of the program is said.
   */
  reload(cameras: LiveCameras): Promise<void> {
    const { log } = this.#options.session;
    this.#reloading = this.#reloading
      .then(() => this.#reloaded(cameras))
      .catch((error: unknown) => log.error({}, `settings are kept as they were: ${messageOf(error)}`));
    return this.#reloading;
  }

  async close(): Promise<void> {
    await this.#reloading;
    await this.#model.engine.close();
  }

  async #reloaded(cameras: LiveCameras): Promise<void> {
    const { log } = this.#options.session;
    const loaded = this.#options.reload();
    if (this.#needsModel(loaded)) await this.#replaceModel(cameras, loaded);
    else if (this.#changed(loaded, ['live'])) this.#rebuild(cameras, loaded);
    else log.info(cameras.configure(this.#plans(loaded, this.#model)), 'settings read again');
    if (this.#changed(loaded, ['server'])) log.warn({ settings: ['server'] }, 'these take effect after a restart');
    this.#loaded = loaded;
  }

  /** A lower score than the loaded graph lets through needs it loaded anew. */
  #needsModel(loaded: LoadedSettings): boolean {
    return this.#changed(loaded, OF_MODEL) || floorOf(loaded.settings) < this.#floor;
  }

  /** Cameras go over to the new model once it is loaded; until then the one before goes on. */
  async #replaceModel(cameras: LiveCameras, loaded: LoadedSettings): Promise<void> {
    const before = this.#model;
    const model = await loadedModel(this.#options, loaded);
    try {
      cameras.rebuild(model.shared, this.#plans(loaded, model));
    } catch (error) {
      await model.engine.close();
      throw error;
    }
    this.#model = model;
    this.#floor = floorOf(loaded.settings);
    const { card, device, workers, threadsPerWorker } = model.engine;
    const facts = { model: card.name, device: device.ran, workers, threadsPerWorker };
    this.#options.session.log.info(facts, 'another model is used from now on');
    await before.engine.close();
  }

  /** The same model, other settings for all cameras. */
  #rebuild(cameras: LiveCameras, loaded: LoadedSettings): void {
    const { metrics, pageRules, session } = this.#options;
    const around = { settings: loaded.settings, metrics, pageRules, logger: session.log };
    const model = modelAround(this.#model.engine, around);
    cameras.rebuild(model.shared, this.#plans(loaded, model));
    this.#model = model;
    session.log.info({}, 'settings read again; all cameras start anew');
  }

  #plans(loaded: LoadedSettings, { engine }: WatchModel) {
    return cameraPlans(loaded, this.#options.sources, engine.card);
  }

  #changed({ settings }: LoadedSettings, keys: readonly (keyof Settings)[]): boolean {
    const { settings: before } = this.#loaded;
    return keys.some((key) => JSON.stringify(settings[key]) !== JSON.stringify(before[key]));
  }
}

async function loadedModel(options: WatchedOptions, loaded: LoadedSettings): Promise<WatchModel> {
  const { session, flags, sources, metrics, pageRules } = options;
  const { settings } = loaded;
  const reading = await engineOptions({ settings }, flags);
  return openModel({ ...reading, ...tuning(settings, sources) }, { settings, metrics, pageRules, logger: session.log });
}

function floorOf(settings: Settings): number {
  return tuning(settings, []).scoreFloor as number;
}
