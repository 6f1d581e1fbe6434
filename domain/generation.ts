// Room for 10⁹ changes of one hostname in an epoch, and for 9 million epochs below 2⁵³.
const changesPerEpoch = 1_000_000_000;

/**
 * The generation that follows `previous` (none: the first). It only grows; after a restore from backup a raised `epoch` lifts
 * every new one above all that were handed out before the restore, also those that the backup forgot (R3).
 */
export function nextGeneration(previous: number | undefined, epoch: number): number {
	return Math.max((previous ?? 0) + 1, epoch * changesPerEpoch + 1);
}
