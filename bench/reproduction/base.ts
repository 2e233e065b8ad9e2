/** @file The infected models of all tasks that most experiments look at. */
import { WHITE, type Attack, type ModelPlan } from './models';
import type { TaskName } from './tasks';

export const TASKS: readonly TaskName[] = ['mnist', 'gtsrb', 'omniglot'];

/** The paper's: a white square. */
export function basePlan(task: TaskName, attack: Attack = WHITE): ModelPlan {
  return { task, attack, seed: 1 };
}

/** GTSRB networks take seven minutes; in series of many they are trained for about half as long. */
export function seriesPlan(task: TaskName, attack: Attack): ModelPlan {
  return task === 'gtsrb' ? { ...basePlan(task, attack), epochs: 8 } : basePlan(task, attack);
}
