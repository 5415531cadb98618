package words

// englishTables are the words of saying what the columns of files mean.
var englishTables = Catalogue{
	"tables.title":    "Files",
	"tables.of":       "Files of %s",
	"tables.lead":     "What lies in the folder, and what its columns mean. Nothing is read before somebody has said so.",
	"tables.kind":     "What",
	"tables.files":    "File",
	"tables.table":    "Columns of %s",
	"tables.table.of": "%s of %s",

	"tables.state.suggested": "Not used: a file looks like it",
	"tables.state.unused":    "Not used",
	"tables.state.unread":    "Read soon",
	"tables.state.read":      "As of %s",

	"tables.files.none":       "Not there at the moment",
	"tables.files.more.one":   "%s older one",
	"tables.files.more.other": "%s older ones",
	"tables.file.words":       "%s, written %s",
	"tables.explain":          "Columns",
	"tables.explain.of":       "Say what the columns of %s mean",
	"tables.others":           "Files that nobody has explained",
	"tables.others.text":      "Portico leaves these alone. Choose above what one of them holds, and name it there.",

	"tables.how":               "The file",
	"tables.pattern":           "Name",
	"tables.pattern.hint":      "* stands for what differs by file, such as a date.",
	"tables.reading":           "What a file holds",
	"tables.reading.hint":      "What is missing from a file that holds everything is taken away here; more than 5 % at once only when somebody confirms it.",
	"tables.reading.whole":     "Everything there is: the newest file counts",
	"tables.reading.increment": "What is new or changed: every file, in the order of their dates",
	"tables.encoding":          "Letters",
	"tables.separator":         "Between columns",
	"tables.begins":            "How it begins",

	"tables.fields":        "What the columns mean",
	"tables.fields.text":   "Suggested by the names of the columns, where they are known. Nothing counts before you save.",
	"tables.needed":        "%s (needed)",
	"tables.column.none":   "No column",
	"tables.column.gone":   "%s: no longer in the file",
	"tables.format":        "How it is written",
	"tables.format.choose": "Choose",
	"tables.fixed":         "Or the same in every row",
	"tables.rest.one":      "%s field without a column",
	"tables.rest.other":    "%s fields without a column",

	"tables.save":      "Save and read",
	"tables.look":      "Show what becomes of it",
	"tables.save.text": "Showing saves nothing. When what a column means changes, the file is read again, and clients see the new values.",
	"tables.nofile":    "No file is called %s. Put one into the folder first, so that its columns can be checked.",

	"tables.nothing":      "No such file is in the folder",
	"tables.nothing.text": "No file is called %s. Correct the name above, or put one there and look again.",

	"tables.missing.one":   "%s column is gone",
	"tables.missing.other": "%s columns are gone",
	"tables.missing.text":  "Nothing is read until somebody says what takes their place: %s.",
	"tables.new.one":       "%s column is new",
	"tables.new.other":     "%s columns are new",
	"tables.new.text":      "They are not used, and what was said before still holds: %s. Save to have seen them.",
	"tables.short":         "%s is much shorter than the file before",
	"tables.short.text":    "It may have been cut. What is missing from it was not deleted, and clients read that what they see is older. If the file is right, say so; what is missing is then asked about once more.",
	"tables.short.do":      "The file is right",

	"tables.samples.one":   "What becomes of the first row",
	"tables.samples.other": "What becomes of the first %s rows",

	"tables.unexplained":      "Nothing is read yet",
	"tables.unexplained.text": "Nobody has said what the columns of the files mean.",
	"tables.unexplained.do":   "Say it",

	"connections.state.unexplained": "Not read yet",
	"connections.done.unread":       "Connected. Say below what the columns of each file mean; nothing is read before.",
	"connections.done.explained":    "Saved. The file is read now.",
	"connections.done.accepted":     "Noted. The file is read now.",

	"connections.stream.companies": "Companies",
	"connections.stream.payments":  "Payments",
}
