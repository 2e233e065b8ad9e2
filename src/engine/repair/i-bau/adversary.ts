/** @file The perturbation that misleads a model most on many images at once: what a backdoor's trigger is, found without knowing it. */
import { IndexStream } from '../../samples/batches';
import type { ImageShape, LabelledImages } from '../../samples/samples';
import type { Random } from '../../support/random';
import { gatherShifted } from '../../training/shiftedImages';
import type { TrainingStep } from '../../training/trainingStep';
import { denseStep, norm, SparseAscent } from './ascent';

/** Images with the group of each, whose members share a perturbation; `undefined` for images that stay clean. */
export interface AttackedBatch {
  /** `[B, C, H, W]`, raw pixels. */
  readonly images: Float32Array;
  readonly labels: Int32Array;
  readonly groups: readonly (number | undefined)[];
}

export interface AttackedGradients {
  readonly loss: number;
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** ∂loss/∂perturbation per raw pixel, by group. */
  readonly perturbations: ReadonlyMap<number, Float32Array>;
}

export interface AdversarySettings {
  /** Images per step. */
  readonly batch: number;
  /** Images are moved at random by up to this share of their size. */
  readonly shift: number;
}

/** Steps of ascent. */
const STEPS = 12;
/** Largest root mean square of a dense perturbation over the places of an image, as a share of the range of pixels: that of a picture blended in at 20 %. */
const DENSE_STRENGTH = 0.1;
/** Share of the places that a sparse perturbation covers: a square of a seventh of the side. */
const SPARSE_SHARE = 0.0225;

/** Additive perturbations of bounded length, one that all images share or one for each label, for backdoors that only one label obeys. */
export class Adversary {
  /** Raw pixels `[C, H, W]` by group. */
  readonly perturbations = new Map<number, Float32Array>();
  /** Largest length (L2) of a dense perturbation, in raw pixels. */
  readonly radius: number;
  imagePasses = 0;

  constructor(
    private readonly step: TrainingStep,
    private readonly images: LabelledImages,
    private readonly shape: ImageShape,
    private readonly settings: AdversarySettings,
    private readonly random: Random,
  ) {
    this.radius = DENSE_STRENGTH * 255 * Math.sqrt(shape.height * shape.width);
  }

  /** A new perturbation for all images, spread over them as a blended trigger is. */
  async renewDense(weights: ReadonlyMap<string, Float32Array>): Promise<void> {
    await this.#renew(
      [0],
      () => 0,
      weights,
      (perturbation, gradient) => {
        denseStep(perturbation, gradient, this.radius);
      },
    );
  }

  /** New perturbations for images of each of `labels`, of few pixels as a patch is. */
  async renewSparse(labels: readonly number[], weights: ReadonlyMap<string, Float32Array>): Promise<void> {
    const places = Math.max(1, Math.round(SPARSE_SHARE * this.shape.height * this.shape.width));
    const ascents = new Map(labels.map((label) => [label, new SparseAscent(places, this.shape)] as const));
    await this.#renew(
      labels,
      (label) => label,
      weights,
      (perturbation, gradient, group) => {
        ascents.get(group)?.step(perturbation, gradient);
      },
    );
  }

  /** The next images of the stream. */
  draw(stream: IndexStream, groupOf: (label: number) => number | undefined): AttackedBatch {
    const { batch, shift } = this.settings;
    const indices = stream.take(batch);
    const images = new Float32Array((batch * this.images.images.length) / this.images.count);
    const labels = gatherShifted(this.images, indices, images, { shape: this.shape, shift, random: this.random });
    return { images, labels, groups: Array.from(labels, groupOf) };
  }

  /** At the perturbations as they are, each moved by that of `moves` where there is one. */
  async gradients(
    { images, labels, groups }: AttackedBatch,
    weights: ReadonlyMap<string, Float32Array>,
    moves: ReadonlyMap<number, Float32Array> = new Map(),
  ): Promise<AttackedGradients> {
    const size = images.length / labels.length;
    const attacked = images.slice();
    groups.forEach((group = -1, row) => {
      const [perturbation, move] = [this.perturbations.get(group), moves.get(group)];
      if (perturbation === undefined) return;
      const image = attacked.subarray(row * size, (row + 1) * size);
      image.forEach((value, i) => (image[i] = clamp(value + (perturbation[i] ?? 0) + (move?.[i] ?? 0))));
    });
    const { loss, gradients, imageGradient } = await this.step.run(attacked, labels, weights);
    this.imagePasses += labels.length;
    const perturbations = new Map<number, Float32Array>();
    groups.forEach((group, row) => {
      if (group === undefined || !this.perturbations.has(group)) return;
      const sum = perturbations.get(group) ?? new Float32Array(size);
      perturbations.set(group, sum);
      const [image, slopes] = [attacked, imageGradient].map((all) => all.subarray(row * size, (row + 1) * size));
      slopes?.forEach((slope, i) => {
        const value = image?.[i] ?? 0;
        // A pixel at the end of its range cannot be moved further.
        if (slope > 0 ? value < 255 : value > 0) sum[i] = (sum[i] ?? 0) + slope;
      });
    });
    return { loss, weights: gradients, perturbations };
  }

  async #renew(
    labels: readonly number[],
    groupOf: (label: number) => number,
    weights: ReadonlyMap<string, Float32Array>,
    ascend: (perturbation: Float32Array, gradient: Float32Array, group: number) => void,
  ): Promise<void> {
    this.perturbations.clear();
    const size = this.images.images.length / this.images.count;
    for (const label of labels) this.perturbations.set(groupOf(label), new Float32Array(size));
    const isConcerned = (label: number): boolean => this.perturbations.has(groupOf(label));
    const all = Int32Array.from(this.images.labels.keys());
    const stream = new IndexStream(
      all.filter((i) => isConcerned(this.images.labels[i] ?? -1)),
      this.random,
    );
    for (let i = 0; i < STEPS; i++) {
      const { perturbations } = await this.gradients(this.draw(stream, groupOf), weights);
      for (const [group, gradient] of perturbations) {
        const perturbation = this.perturbations.get(group);
        if (perturbation !== undefined && norm(gradient) > 0) ascend(perturbation, gradient, group);
      }
    }
  }
}

function clamp(value: number): number {
  return Math.min(255, Math.max(0, value));
}
