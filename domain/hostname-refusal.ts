import { characterName } from "./confusables.ts";
import type { CustomHostnameRefusal } from "./custom-hostname.ts";
import type { HostnameRefusal } from "./hostname.ts";

/** A refusal for people: the rule's stable name, and one sentence that says what to change. */
export interface RefusalText {
	rule: string;
	detail: string;
}

/** What is wrong with a hostname and how to mend it. Total: every rule has its sentence. */
export function describeHostnameRefusal(refusal: HostnameRefusal | CustomHostnameRefusal): RefusalText {
	return { rule: refusal.rule, detail: sentenceOf(refusal) };
}

function sentenceOf(refusal: HostnameRefusal | CustomHostnameRefusal): string {
	switch (refusal.rule) {
		case "empty":
			return "A hostname is missing: give one such as shop.example.com.";
		case "text-length":
			return `This is ${refusal.got} characters long and no hostname: give at most 253.`;
		case "scheme":
			return `Leave out '${refusal.found}': give the hostname alone.`;
		case "path":
			return `Leave out '${excerpt(refusal.found)}': a hostname has no path.`;
		case "userinfo":
			return `Leave out '${excerpt(refusal.found)}': a hostname has no user name.`;
		case "port":
			return `Leave out '${excerpt(refusal.found)}': a hostname has no port.`;
		case "wildcard":
			return "Leave out the '*': give each hostname by itself.";
		case "ip-literal":
			return `This is an IPv${refusal.version} address: give a name that resolves to it.`;
		case "characters":
			return `Character ${refusal.at + 1}, ${characterName(refusal.found)}, cannot be in a hostname: use letters, digits and hyphens between dots.`;
		case "empty-label":
			return `Label ${refusal.position} is empty: put exactly one dot between labels and none in front.`;
		case "hyphens":
			return `'${refusal.label}' may not begin or end with a hyphen, nor have hyphens as its third and fourth characters: remove them.`;
		case "underscore":
			return `'${refusal.label}' has an underscore, which host names do not allow: use a hyphen.`;
		case "idna":
			return `'${refusal.label}' is not a valid internationalised name (UTS #46): check its spelling, or give its xn-- form from the registrar.`;
		case "mixed-script":
			return `'${refusal.label}' mixes letters that do not belong together (${refusal.scripts.join(", ")}): write it in one script.`;
		case "confusable":
			return `'${refusal.label}' only looks like '${refusal.looksLike}': if you mean that, type it in Latin letters.`;
		case "label-length":
			return `'${excerpt(refusal.label)}' has ${refusal.got} characters in DNS: shorten it to ${refusal.max}.`;
		case "name-length":
			return `The name has ${refusal.got} characters in DNS: shorten it to ${refusal.max}.`;
		case "numeric-tld":
			return `The name may not end in the number '${refusal.label}': give the full name, with its top-level domain.`;
		case "single-label":
			return "A name without a dot is not public: give the full name, such as shop.example.com.";
		case "wildcard-form":
			return "A '*' may stand once, as the whole first label before a full name: give a wildcard such as *.shop.example.com.";
		case "platform-zone":
			return `Names at, in and above ${refusal.zone} are the platform's own: give a name of a domain that you have registered.`;
		case "special-use":
			return `'${excerpt(refusal.name)}' is set apart by IANA and can be nobody's: give a name of a domain that you have registered.`;
		case "public-suffix":
			return `Under '${refusal.suffix}' names are given out to ${givenTo(refusal.section)} (https://publicsuffix.org): give the name that is yours beneath it.`;
		case "wildcard-suffix":
			return `Names beneath '${refusal.suffix}' belong to strangers (https://publicsuffix.org): give a wildcard of a domain that is all yours.`;
		case "certificate-name":
			return `The name has ${refusal.got} characters, and certificates are issued for ${refusal.max} at most: choose a shorter one.`;
	}
}

/** A registry sells names to all comers, a company has them for its customers. */
function givenTo(section: "icann" | "private"): string {
	return section === "icann" ? "whoever registers them" : "the customers of one company";
}

/** Enough of a text to recognise it. */
function excerpt(text: string): string {
	const characters = Array.from(text);
	return characters.length > 40 ? `${characters.slice(0, 40).join("")}…` : text;
}
