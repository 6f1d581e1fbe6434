/** Whether a canonical address lies in a network, written `192.0.2.0/24` or `2001:db8::/32`. False when either cannot be read. */
export function isInNetwork(address: string, network: string): boolean {
	const [base = "", length = ""] = network.split("/");
	const width = base.includes(":") ? 128 : 32;
	const [one, other] = [numberOf(address), numberOf(base)];
	if (one === undefined || other === undefined || address.includes(":") !== base.includes(":")) return false;
	const shift = BigInt(width - Number(length));
	return one >> shift === other >> shift;
}

function numberOf(address: string): bigint | undefined {
	return address.includes(":") ? ofGroups(address) : ofOctets(address);
}

function ofOctets(address: string): bigint | undefined {
	const octets = address.split(".").map(Number);
	if (octets.length !== 4 || octets.some((octet) => !(octet >= 0 && octet <= 255))) return undefined;
	return octets.reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n);
}

/** `::` stands for as many groups of zeros as are missing (RFC 5952). */
function ofGroups(address: string): bigint | undefined {
	const [head = "", tail] = address.split("::");
	const [front, back] = [groupsOf(head), groupsOf(tail ?? "")];
	const missing = 8 - front.length - back.length;
	if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
	const groups = [...front, ...Array.from({ length: missing }, () => "0"), ...back];
	if (groups.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
	return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

function groupsOf(text: string): string[] {
	return text === "" ? [] : text.split(":");
}
