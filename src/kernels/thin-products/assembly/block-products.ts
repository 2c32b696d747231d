/** Products of blocks of 4 rows with few components, in float32 or float64 by `T`. */

/** Bytes of one component of a block of 4 rows. */
// @ts-expect-error: decorator
@inline
export function quad<T extends number>(): usize {
  return sizeof<T>() << 2;
}

// @ts-expect-error: decorator
@inline
export function splatAt<T extends number>(at: usize): v128 {
  return v128.load_splat<T>(at);
}

// @ts-expect-error: decorator
@inline
export function addProduct<T extends number>(sum: v128, a: v128, b: v128): v128 {
  return v128.add<T>(sum, v128.mul<T>(a, b));
}

/** The sum of the lanes of each of four vectors, as 4 values at `to`. */
// @ts-expect-error: decorator
@inline
function storeSums<T extends number>(a: v128, b: v128, c: v128, d: v128, to: usize): void {
  if (sizeof<T>() == 4) {
    const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 1, 4, 5), v128.shuffle<f32>(a, b, 2, 3, 6, 7));
    const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 1, 4, 5), v128.shuffle<f32>(c, d, 2, 3, 6, 7));
    v128.store(to, f32x4.add(v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), v128.shuffle<f32>(ab, cd, 1, 3, 5, 7)));
  } else {
    v128.store(to, f64x2.add(v128.shuffle<f64>(a, b, 0, 2), v128.shuffle<f64>(a, b, 1, 3)));
    v128.store(to + 16, f64x2.add(v128.shuffle<f64>(c, d, 0, 2), v128.shuffle<f64>(c, d, 1, 3)));
  }
}

// @ts-expect-error: decorator
@inline
function multiply3<T extends number>(x: usize, h: usize, out: usize, stride: usize): void {
  const zero = v128.splat<T>(0 as T);
  let a0 = zero,
    a1 = zero,
    a2 = zero,
    b0 = zero,
    b1 = zero,
    b2 = zero;
  let c0 = zero,
    c1 = zero,
    c2 = zero,
    d0 = zero,
    d1 = zero,
    d2 = zero;
  const h1 = stride,
    h2 = stride << 1,
    x3 = h1 + h2;
  for (const end = x + stride; x < end; x += 16, h += 16) {
    const p = v128.load(h),
      q = v128.load(h + h1),
      r = v128.load(h + h2);
    let s = v128.load(x);
    a0 = addProduct<T>(a0, s, p);
    a1 = addProduct<T>(a1, s, q);
    a2 = addProduct<T>(a2, s, r);
    s = v128.load(x + h1);
    b0 = addProduct<T>(b0, s, p);
    b1 = addProduct<T>(b1, s, q);
    b2 = addProduct<T>(b2, s, r);
    s = v128.load(x + h2);
    c0 = addProduct<T>(c0, s, p);
    c1 = addProduct<T>(c1, s, q);
    c2 = addProduct<T>(c2, s, r);
    s = v128.load(x + x3);
    d0 = addProduct<T>(d0, s, p);
    d1 = addProduct<T>(d1, s, q);
    d2 = addProduct<T>(d2, s, r);
  }
  storeSums<T>(a0, b0, c0, d0, out);
  storeSums<T>(a1, b1, c1, d1, out + quad<T>());
  storeSums<T>(a2, b2, c2, d2, out + (quad<T>() << 1));
}

// @ts-expect-error: decorator
@inline
function multiply2<T extends number>(x: usize, h: usize, out: usize, stride: usize): void {
  const zero = v128.splat<T>(0 as T);
  let a0 = zero,
    a1 = zero,
    b0 = zero,
    b1 = zero,
    c0 = zero,
    c1 = zero,
    d0 = zero,
    d1 = zero;
  const x2 = stride << 1,
    x3 = x2 + stride;
  for (const end = x + stride; x < end; x += 16, h += 16) {
    const p = v128.load(h),
      q = v128.load(h + stride);
    let s = v128.load(x);
    a0 = addProduct<T>(a0, s, p);
    a1 = addProduct<T>(a1, s, q);
    s = v128.load(x + stride);
    b0 = addProduct<T>(b0, s, p);
    b1 = addProduct<T>(b1, s, q);
    s = v128.load(x + x2);
    c0 = addProduct<T>(c0, s, p);
    c1 = addProduct<T>(c1, s, q);
    s = v128.load(x + x3);
    d0 = addProduct<T>(d0, s, p);
    d1 = addProduct<T>(d1, s, q);
  }
  storeSums<T>(a0, b0, c0, d0, out);
  storeSums<T>(a1, b1, c1, d1, out + quad<T>());
}

// @ts-expect-error: decorator
@inline
function multiply1<T extends number>(x: usize, h: usize, out: usize, stride: usize): void {
  const zero = v128.splat<T>(0 as T);
  let a = zero,
    b = zero,
    c = zero,
    d = zero;
  const x2 = stride << 1,
    x3 = x2 + stride;
  for (const end = x + stride; x < end; x += 16, h += 16) {
    const p = v128.load(h);
    a = addProduct<T>(a, v128.load(x), p);
    b = addProduct<T>(b, v128.load(x + stride), p);
    c = addProduct<T>(c, v128.load(x + x2), p);
    d = addProduct<T>(d, v128.load(x + x3), p);
  }
  storeSums<T>(a, b, c, d, out);
}

/** How many of `left` components are taken at once: 3, but 4 as 2 and 2. */
// @ts-expect-error: decorator
@inline
function group(left: i32): i32 {
  return left == 4 || left == 2 ? 2 : left == 1 ? 1 : 3;
}

/** X·Hᵀ of the 4 rows at `x`, into a block at `out`. */
export function multiplyBlock<T extends number>(x: usize, h: usize, out: usize, stride: usize, k: i32): void {
  for (let left = k; left > 0; ) {
    const taken = group(left);
    if (taken == 3) multiply3<T>(x, h, out, stride);
    else if (taken == 2) multiply2<T>(x, h, out, stride);
    else multiply1<T>(x, h, out, stride);
    left -= taken;
    h += stride * <usize>taken;
    out += quad<T>() * <usize>taken;
  }
}

// @ts-expect-error: decorator
@inline
function accumulate3<T extends number>(x: usize, u: usize, out: usize, stride: usize): void {
  const size = sizeof<T>();
  const a0 = splatAt<T>(u),
    b0 = splatAt<T>(u + size),
    c0 = splatAt<T>(u + 2 * size),
    d0 = splatAt<T>(u + 3 * size);
  u += quad<T>();
  const a1 = splatAt<T>(u),
    b1 = splatAt<T>(u + size),
    c1 = splatAt<T>(u + 2 * size),
    d1 = splatAt<T>(u + 3 * size);
  u += quad<T>();
  const a2 = splatAt<T>(u),
    b2 = splatAt<T>(u + size),
    c2 = splatAt<T>(u + 2 * size),
    d2 = splatAt<T>(u + 3 * size);
  const o2 = stride << 1,
    x3 = o2 + stride;
  for (const end = x + stride; x < end; x += 16, out += 16) {
    let s = v128.load(x);
    let p = addProduct<T>(v128.load(out), s, a0);
    let q = addProduct<T>(v128.load(out + stride), s, a1);
    let r = addProduct<T>(v128.load(out + o2), s, a2);
    s = v128.load(x + stride);
    p = addProduct<T>(p, s, b0);
    q = addProduct<T>(q, s, b1);
    r = addProduct<T>(r, s, b2);
    s = v128.load(x + o2);
    p = addProduct<T>(p, s, c0);
    q = addProduct<T>(q, s, c1);
    r = addProduct<T>(r, s, c2);
    s = v128.load(x + x3);
    v128.store(out, addProduct<T>(p, s, d0));
    v128.store(out + stride, addProduct<T>(q, s, d1));
    v128.store(out + o2, addProduct<T>(r, s, d2));
  }
}

// @ts-expect-error: decorator
@inline
function accumulate2<T extends number>(x: usize, u: usize, out: usize, stride: usize): void {
  const size = sizeof<T>();
  const a0 = splatAt<T>(u),
    b0 = splatAt<T>(u + size),
    c0 = splatAt<T>(u + 2 * size),
    d0 = splatAt<T>(u + 3 * size);
  u += quad<T>();
  const a1 = splatAt<T>(u),
    b1 = splatAt<T>(u + size),
    c1 = splatAt<T>(u + 2 * size),
    d1 = splatAt<T>(u + 3 * size);
  const x2 = stride << 1,
    x3 = x2 + stride;
  for (const end = x + stride; x < end; x += 16, out += 16) {
    let s = v128.load(x);
    let p = addProduct<T>(v128.load(out), s, a0);
    let q = addProduct<T>(v128.load(out + stride), s, a1);
    s = v128.load(x + stride);
    p = addProduct<T>(p, s, b0);
    q = addProduct<T>(q, s, b1);
    s = v128.load(x + x2);
    p = addProduct<T>(p, s, c0);
    q = addProduct<T>(q, s, c1);
    s = v128.load(x + x3);
    v128.store(out, addProduct<T>(p, s, d0));
    v128.store(out + stride, addProduct<T>(q, s, d1));
  }
}

// @ts-expect-error: decorator
@inline
function accumulate1<T extends number>(x: usize, u: usize, out: usize, stride: usize): void {
  const size = sizeof<T>();
  const a = splatAt<T>(u),
    b = splatAt<T>(u + size),
    c = splatAt<T>(u + 2 * size),
    d = splatAt<T>(u + 3 * size);
  const x2 = stride << 1,
    x3 = x2 + stride;
  for (const end = x + stride; x < end; x += 16, out += 16) {
    let p = addProduct<T>(v128.load(out), v128.load(x), a);
    p = addProduct<T>(p, v128.load(x + stride), b);
    p = addProduct<T>(p, v128.load(x + x2), c);
    v128.store(out, addProduct<T>(p, v128.load(x + x3), d));
  }
}

/** out += Uᵀ·X of the 4 rows at `x` and their block at `u`. */
export function accumulateBlock<T extends number>(x: usize, u: usize, out: usize, stride: usize, k: i32): void {
  for (let left = k; left > 0; ) {
    const taken = group(left);
    if (taken == 3) accumulate3<T>(x, u, out, stride);
    else if (taken == 2) accumulate2<T>(x, u, out, stride);
    else accumulate1<T>(x, u, out, stride);
    left -= taken;
    u += quad<T>() * <usize>taken;
    out += stride * <usize>taken;
  }
}
