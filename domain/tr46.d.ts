/** What we use of tr46 7, which brings no types: UTS #46 processing, https://www.unicode.org/reports/tr46/#Processing. */
declare module "tr46" {
	interface Options {
		checkBidi?: boolean;
		checkHyphens?: boolean;
		checkJoiners?: boolean;
		useSTD3ASCIIRules?: boolean;
	}
	/** Lower-case A-labels; null when a rule is broken. */
	export function toASCII(domainName: string, options?: Options): string | null;
	/** U-labels; `error` tells that some label was left as it is. */
	export function toUnicode(domainName: string, options?: Options): { domain: string; error: boolean };
}
