/** Payload sizes as profiles tell them, bytes. */
export type SizeKind =
  | number
  | { readonly from: number; readonly to: number }
  | { readonly choices: readonly { readonly bytes: number; readonly share: number }[] }
  | {
      readonly quantiles: {
        readonly min: number;
        readonly p25: number;
        readonly p50: number;
        readonly p75: number;
        readonly p95: number;
        readonly max: number;
      };
    };

interface Piece {
  readonly share: number;
  readonly from: number;
  readonly to: number;
}

export const meanBytes = (sizes: SizeKind): number =>
  piecesOf(sizes).reduce((sum, { share, from, to }) => sum + (share * (from + to)) / 2, 0);

/** Share of the payloads that are at most so large; 0 sets no limit. */
export function shareWithin(sizes: SizeKind, maxBytes: number): number {
  if (maxBytes === 0) return 1;
  return piecesOf(sizes).reduce((sum, piece) => sum + piece.share * within(piece, maxBytes), 0);
}

/** Sizes as stretches within which every size is as likely. */
function piecesOf(sizes: SizeKind): readonly Piece[] {
  if (typeof sizes === "number") return [{ share: 1, from: sizes, to: sizes }];
  if ("from" in sizes) return [{ share: 1, ...sizes }];
  if ("choices" in sizes) {
    const total = sizes.choices.reduce((sum, { share }) => sum + share, 0);
    return sizes.choices.map(({ bytes, share }) => ({
      share: share / total,
      from: bytes,
      to: bytes,
    }));
  }
  const { min, p25, p50, p75, p95, max } = sizes.quantiles;
  return [
    { share: 0.25, from: min, to: p25 },
    { share: 0.25, from: p25, to: p50 },
    { share: 0.25, from: p50, to: p75 },
    { share: 0.2, from: p75, to: p95 },
    { share: 0.05, from: p95, to: max },
  ];
}

function within({ from, to }: Piece, maxBytes: number): number {
  if (to <= maxBytes) return 1;
  return from > maxBytes ? 0 : (maxBytes - from + 1) / (to - from + 1);
}
