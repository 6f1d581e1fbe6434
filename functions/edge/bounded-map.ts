/** A map that forgets what was used longest ago when it would outgrow its bound. */
export interface BoundedMap<V> {
	/** Reading counts as use. */
	get(key: string): V | undefined;
	set(key: string, value: V): void;
	delete(key: string): void;
}

/** Makes an empty one that holds at most `bound` entries. */
export function createBoundedMap<V>(bound: number): BoundedMap<V> {
	const entries = new Map<string, V>(); // iterates in order of insertion: the first is the one used longest ago
	return {
		get(key) {
			const value = entries.get(key);
			if (value !== undefined) {
				entries.delete(key);
				entries.set(key, value);
			}
			return value;
		},
		set(key, value) {
			entries.delete(key);
			entries.set(key, value);
			if (entries.size <= bound) return;
			const [oldest] = entries.keys();
			if (oldest !== undefined) entries.delete(oldest);
		},
		delete(key) {
			entries.delete(key);
		},
	};
}
