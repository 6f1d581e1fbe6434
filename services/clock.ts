/** Now, as records keep it. */
export function isoNow(): string {
	return new Date().toISOString();
}
