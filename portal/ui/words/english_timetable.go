package words

// englishTimetable are the words of when a connection is read.
var englishTimetable = Catalogue{
	"timetable.tab":   "Schedule",
	"timetable.of":    "Schedule of %s",
	"timetable.title": "Schedule",
	"timetable.lead":  "When %s is asked for what is new. Every page goes on saying how old its facts are.",

	"timetable.every":         "Minutes between two passes",
	"timetable.every.text":    "From 1 minute to 1440, which is a day. A stream without a number is read as often as its connector asks for.",
	"timetable.own":           "Without a number: every %s.",
	"timetable.quiet":         "Quiet hours",
	"timetable.quiet.text":    "Nothing is read by schedule between these two times, by the clocks of %s. What somebody asks for, what the system reports by itself and what clients send still goes through.",
	"timetable.quiet_from":    "From",
	"timetable.quiet_until":   "Until",
	"timetable.save":          "Save schedule",
	"timetable.how":           "It counts at once. A pass that has begun is finished. What is read less often counts as current for two of its intervals, and in quiet hours pages may say that their facts are late.",
	"timetable.none":          "Nothing is read yet",
	"timetable.none.text":     "This connection has no streams yet. Explain its files first.",
	"timetable.seconds.one":   "%s second",
	"timetable.seconds.other": "%s seconds",

	"timetable.bad.minutes": "This is no number of minutes.",
	"timetable.bad.clock":   "This is no time of day, like 22:00.",
	"timetable.bad.half":    "Quiet hours need both times. Leave both empty for none.",
	"timetable.bad.same":    "Both times are the same. Leave both empty for none.",

	"connections.done.timetable": "Saved. It counts from now on.",
}
