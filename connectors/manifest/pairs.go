package manifest

import "strings"

// pairs returns every value of a name in a list like "t=1700000000,v1=ab,v1=cd".
func pairs(args ...any) (any, error) {
	out := []any{}
	text, _ := args[0].(string)
	for one := range strings.SplitSeq(text, ",") {
		if name, value, ok := strings.Cut(strings.TrimSpace(one), "="); ok && name == args[1] {
			out = append(out, value)
		}
	}
	return out, nil
}
