package words

// englishReread are the words of reading one record anew.
var englishReread = Catalogue{
	"reread.tab":      "One record",
	"reread.of":       "One record of %s",
	"reread.title":    "Read one record now",
	"reread.lead":     "When somebody asks why something looks as it does: what %s says of it at this moment.",
	"reread.kind":     "What",
	"reread.external": "Its id in %s",
	"reread.do":       "Read it now",
	"reread.again":    "Read it now",
	"reread.how":      "It takes the way of every pull, within the requests that the system bears. Nothing is removed by it, and nobody is told of what is only found again.",

	"reread.rejected":      "It cannot be used",
	"reread.missing":       "%s does not hand it over",
	"reread.missing.text":  "It may be deleted there, be of another kind, or not be shown to our user. Here nothing was changed: whether it is gone, the stream decides when it counts.",
	"reread.new":           "Read, and new here",
	"reread.same":          "Read, and nothing of it is different",
	"reread.changed":       "Read, and changed",
	"reread.changes":       "What changed",
	"reread.field":         "Field",
	"reread.was":           "Was",
	"reread.now":           "Now",
	"reread.waits":         "nobody sees it, because its company is not matched",
	"reread.read.one":      "%s record read",
	"reread.read.other":    "%s records read, with what belongs to it",
	"reread.written.one":   "%s stored",
	"reread.written.other": "%s stored",
}
