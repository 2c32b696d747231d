import { describe, expect, it } from 'vitest';
import { epochNumbers } from '#src/runs/epoch-number.ts';

describe('epochNumbers', () => {
  it.each([
    ['epoch_12.pth', 12],
    ['epoch-0005.safetensors', 5],
    ['ckpt-12.safetensors', 12],
    ['ckpt12.bin', 12],
    ['model.12.h5', 12],
    ['epoch=3-step=1000.ckpt', 3],
    ['model_0012_acc0.61.pt', 12],
    ['weights.05-0.33.h5', 5],
    ['resnet50_e12.pth', 12],
    ['resnet20_7.th', 7],
    ['checkpoint-500/model.safetensors', 500],
    ['run/ep_03/weights.tflite', 3],
  ])('reads %s as epoch %i', (name, epoch) => {
    expect(epochNumbers([name]).get(name)).toBe(epoch);
  });

  it('takes the number that differs when several names are there', () => {
    const names = [1, 2, 10].map((epoch) => `resnet56_v2_${epoch}_cifar10.th`);
    expect([...epochNumbers(names).values()]).toEqual([1, 2, 10]);
    const both = ['m_1_100.pt', 'm_2_200.pt'];
    expect([...epochNumbers(both).values()]).toEqual([1, 2]);
  });

  it('finds none in names without a number of their own', () => {
    expect(epochNumbers(['best.pth', 'resnet20-12fca82f.th', 'last.ckpt']).size).toBe(0);
  });
});
