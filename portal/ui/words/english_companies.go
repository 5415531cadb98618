package words

// englishCompanies are the words of the pages that say which company is which account.
var englishCompanies = Catalogue{
	"nav.companies": "Companies",

	"companies.title":          "Companies and accounts",
	"companies.lead":           "Companies of connected systems that nobody sees yet, and what they look like. Nothing is matched until you say so.",
	"companies.how":            "Tick what is surely the same.",
	"companies.tick":           "Tick all of this page",
	"companies.text":           "This decides what a client sees. A new account is hidden from clients until you open it.",
	"companies.search":         "Search companies, accounts and systems",
	"companies.in":             "in %s",
	"companies.new":            "A new account, %s",
	"companies.column.company": "Company",
	"companies.column.account": "Would be",
	"companies.column.why":     "Because",
	"companies.column.records": "Records",
	"companies.why.alike":      "The same name but for the legal form",
	"companies.none":           "No company looks like an account",
	"companies.none.text":      "They are listed below, by system. Match them by hand there.",
	"companies.all":            "Every company is matched",
	"companies.all.text":       "What a connected system brings of a new company appears here.",
	"companies.none.ticked":    "Tick at least one.",
	"companies.waiting":        "Not matched yet, by system",
	"companies.waits.one":      "%s company",
	"companies.waits.other":    "%s companies",
	"companies.done.one":       "%s company is matched. Its records arrive in the account now.",
	"companies.done.other":     "%s companies are matched. Their records arrive in the accounts now.",
	"companies.changed.one":    "%s suggestion was left out, because it is not what you looked at any more. Look again.",
	"companies.changed.other":  "%s suggestions were left out, because they are not what you looked at any more. Look again.",
}
