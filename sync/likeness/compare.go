package likeness

import (
	"slices"
	"strings"
	"unicode"
)

func folded(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

func joined(words string) string { return strings.ReplaceAll(words, " ", "") }

// core is a name without case, punctuation, legal form and words that say nothing.
func core(name string) string {
	fields := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return strings.ContainsRune(" .,-_&+/()\"'", r)
	})
	kept := slices.DeleteFunc(fields, func(word string) bool { return forms[word] })
	return strings.Join(kept, " ")
}

// forms are legal forms and filler words of company names.
var forms = set("gmbh", "ag", "kg", "ug", "ohg", "co", "ltd", "limited", "llc", "inc", "incorporated", "corp", "corporation",
	"plc", "llp", "lp", "sa", "sas", "sarl", "srl", "spa", "bv", "nv", "oy", "ab", "as", "aps", "pty", "group", "holding", "the", "and", "und")

// What a number must have to mean anything.
const (
	shortestNumber = 6 // letters and digits
	fewestDigits   = 5
)

// number is a tax or registration number as it is compared: letters and digits alone.
// "" is one that names nobody: too short, masked ("XXXXX1234", as QuickBooks hands it
// out), or the same digit throughout, as people type who have none.
func number(id string) string {
	var out []rune
	digits, different := 0, map[rune]bool{}
	for _, r := range strings.ToUpper(id) {
		switch {
		case r == '*' || r == '•':
			return ""
		case unicode.IsDigit(r):
			digits++
			different[r] = true
			out = append(out, r)
		case unicode.IsLetter(r):
			out = append(out, r)
		}
	}
	if len(out) < shortestNumber || digits < fewestDigits || len(different) < 2 || strings.Contains(string(out), "XXX") {
		return ""
	}
	return string(out)
}

// Domain is the mail domain of an address, of a website or of itself: lower case,
// without "www."; "" when there is none.
func Domain(of string) string {
	of = strings.ToLower(strings.TrimSpace(of))
	if _, rest, ok := strings.Cut(of, "://"); ok {
		of = rest
	}
	if i := strings.LastIndexByte(of, '@'); i >= 0 {
		of = of[i+1:]
	}
	if i := strings.IndexAny(of, "/?#: >"); i >= 0 {
		of = of[:i]
	}
	of = strings.TrimSuffix(strings.TrimPrefix(of, "www."), ".")
	if !strings.Contains(of, ".") {
		return ""
	}
	return of
}

// Public reports whether anybody can have an address, or a page, at a domain: it
// belongs to no company.
func Public(domain string) bool {
	if public[domain] {
		return true
	}
	// Providers that have a domain for each country.
	first, _, _ := strings.Cut(domain, ".")
	return families[first] && strings.Count(domain, ".") <= 2
}

var families = set("gmail", "googlemail", "outlook", "hotmail", "live", "yahoo", "ymail", "icloud", "aol", "gmx", "msn",
	"protonmail", "yandex", "zoho", "laposte", "facebook", "linkedin", "instagram")

var public = set("me.com", "mac.com", "web.de", "t-online.de", "freenet.de", "arcor.de", "online.de", "posteo.de", "mailbox.org",
	"proton.me", "pm.me", "tutanota.com", "tuta.io", "tuta.com", "fastmail.com", "fastmail.fm", "hey.com", "mail.com", "email.com",
	"gmx-topmail.de", "rocketmail.com", "wanadoo.fr", "orange.fr", "free.fr", "sfr.fr", "bbox.fr", "libero.it", "virgilio.it",
	"tiscali.it", "alice.it", "tin.it", "bluewin.ch", "hispeed.ch", "sunrise.ch", "a1.net", "chello.at", "aon.at", "utanet.at",
	"btinternet.com", "talktalk.net", "sky.com", "virginmedia.com", "ntlworld.com", "blueyonder.co.uk", "comcast.net", "verizon.net",
	"att.net", "sbcglobal.net", "bellsouth.net", "cox.net", "charter.net", "earthlink.net", "optonline.net", "shaw.ca", "rogers.com",
	"sympatico.ca", "telus.net", "bigpond.com", "optusnet.com.au", "xtra.co.nz", "mail.ru", "bk.ru", "inbox.ru", "list.ru", "rambler.ru",
	"ya.ru", "qq.com", "163.com", "126.com", "sina.com", "naver.com", "hanmail.net", "daum.net", "rediffmail.com", "wp.pl", "o2.pl",
	"onet.pl", "interia.pl", "seznam.cz", "centrum.cz", "ziggo.nl", "kpnmail.nl", "planet.nl", "home.nl", "xs4all.nl", "telenet.be",
	"skynet.be", "proximus.be", "telia.com", "online.no", "sapo.pt", "terra.com.br", "uol.com.br", "bol.com.br", "duck.com")

func set(words ...string) map[string]bool {
	out := make(map[string]bool, len(words))
	for _, w := range words {
		out[w] = true
	}
	return out
}
