package words

// englishDictionary are the words of carrying a dictionary of statuses to another connection.
var englishDictionary = Catalogue{
	"dictionary.title":            "Take it along",
	"dictionary.text":             "The dictionary as a file, for another connection to the same kind of system. Statuses that nobody has mapped are left out; nothing of how the system is reached is in it.",
	"dictionary.download":         "Download the dictionary",
	"dictionary.bring":            "Bring one from another connection",
	"dictionary.choose":           "File",
	"dictionary.paste":            "Or paste it here",
	"dictionary.look.go":          "Look at what changes",
	"dictionary.look.text":        "Nothing is saved before you have seen it.",
	"dictionary.look":             "What the file would change",
	"dictionary.from":             "The dictionary of %s, held against that of %s.",
	"dictionary.now":              "Now",
	"dictionary.file":             "In the file",
	"dictionary.none":             "It changes nothing",
	"dictionary.none.text":        "Every status that both know means the same already.",
	"dictionary.same.one":         "%s status means the same already.",
	"dictionary.same.other":       "%s statuses mean the same already.",
	"dictionary.unknown.one":      "%s status of the file has not been seen at %s and is left out: %s",
	"dictionary.unknown.other":    "%s statuses of the file have not been seen at %s and are left out: %s",
	"dictionary.missing.one":      "%s status is not in the file and stays as it is: %s",
	"dictionary.missing.other":    "%s statuses are not in the file and stay as they are: %s",
	"dictionary.take.one":         "Change %s status",
	"dictionary.take.other":       "Change %s statuses",
	"dictionary.moved":            "Somebody changed the dictionary while you were looking. This is what the file would change now.",
	"connections.done.dictionary": "The statuses of the file are in use, for every record that has them.",
}
