package ui

// Field is one question of a form with its answer, its limit and its mistake.
type Field struct {
	ID, Name string
	Label    string
	Value    string
	Hint     string
	Error    string // what is wrong with the answer, or ""
	Max      int    // characters; 0 names no limit
	Required bool
	Auto     string // autocomplete token (HTML, 4.10.18.7), or ""
	Type     string // of an input; "" is text
}

// Option is one answer of a choice.
type Option struct {
	Value, Label string
}

// FilesField asks for files and names its limits before and after.
type FilesField struct {
	ID, Name string
	Label    string
	Error    string
	Count    int    // files
	Size     int64  // bytes in one file
	SizeText string // the same as people say it
}

func inputType(f Field) string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

func coverType(secret bool) string {
	if secret {
		return "password"
	}
	return "text"
}
