package field

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"
)

// TestThreat13TagsAreDistinct reads the tags from their source, so that a new one is tested too.
func TestThreat13TagsAreDistinct(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "tags.go", nil, 0)
	noError(t, err)
	seen := map[Element]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for i, name := range spec.Names {
			s, err := strconv.Unquote(spec.Values[i].(*ast.BasicLit).Value)
			noError(t, err)
			tag := Tag(s)
			if other, ok := seen[tag.Element()]; ok || tag == "" || len(tag) >= Size || tag[0] == 0 {
				t.Errorf("%s is %q, as is %q, or does not fit", name, tag, other)
			}
			seen[tag.Element()] = name.Name
		}
		return true
	})
	if len(seen) < 20 {
		t.Errorf("only %d tags found", len(seen))
	}
}
