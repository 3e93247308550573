package main

import (
	"bytes"
	"context"
	"fmt"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// manPages are entraphone(1), which is the manual, and one page for each command,
// which is its help: the same texts that the program prints, in the form of man(7).
func (c commit) manPages(ctx context.Context, source, own string) ([]file, error) {
	var pages []file
	var others []string
	list, err := output(ctx, source, own, "__complete", "") // as shells are told of the commands
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(list)) {
		name, short, is := strings.Cut(strings.TrimSpace(line), "\t")
		if !is || name == "completion" || name == "help" { // cobra's own
			continue
		}
		help, err := output(ctx, source, own, "help", name)
		if err != nil {
			return nil, err
		}
		pages = append(pages, c.helpPage("entraphone-"+name, short, string(help)))
		others = append(others, "entraphone-"+name+"(1)")
	}
	manual, err := c.manual(source, others)
	return append(pages, manual), err
}

// page is a page that is being written.
type page struct {
	bytes.Buffer
	begun bool // whether something stands below the last heading
}

func (c commit) newPage(name, short string) *page {
	p := &page{}
	fmt.Fprintf(p, ".TH \"%s\" \"1\" \"%s\" \"entraphone %s\" \"entraphone\"\n", strings.ToUpper(name), c.date.Format("2006-01-02"), c.version)
	p.macro("SH", "NAME")
	p.text(name + " - " + short)
	return p
}

// macro writes a request of man(7) with quoted arguments. A heading begins a paragraph
// by itself.
func (p *page) macro(name string, args ...string) {
	if name == "PP" && !p.begun {
		return
	}
	p.begun = name != "SH" && name != "SS"
	p.WriteString("." + name)
	for _, arg := range args {
		fmt.Fprintf(p, ` "%s"`, escape(arg))
	}
	p.WriteByte('\n')
}

// text writes lines that are filled.
func (p *page) text(text string) {
	p.begun = true
	for line := range strings.Lines(strings.TrimSpace(text) + "\n") {
		if strings.HasPrefix(line, ".") {
			p.WriteString(`\&`)
		}
		p.WriteString(escape(line))
	}
}

// asItStands writes lines that are not filled.
func (p *page) asItStands(text string) {
	p.macro("PP")
	p.macro("RS", "2")
	p.macro("nf")
	for line := range strings.Lines(strings.TrimRight(text, "\n") + "\n") {
		p.WriteString(`\&` + escape(strings.ReplaceAll(line, "\t", "  ")))
	}
	p.macro("fi")
	p.macro("RE")
}

// escape keeps signs as they are typed, which man(7) would make prettier.
func escape(text string) string {
	return strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`, `"`, `\(dq`).Replace(text)
}

// manual is the page of the comment of the program, which names the other pages.
func (c commit) manual(source string, others []string) (file, error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(source, "cmd", "entraphone", "doc.go"), nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		return file{}, err
	}
	p := c.newPage("entraphone", description)
	p.macro("SH", "DESCRIPTION")
	for _, block := range new(comment.Parser).Parse(parsed.Doc.Text()).Content {
		switch block := block.(type) {
		case *comment.Heading:
			p.macro("SH", strings.ToUpper(plain(block.Text)))
		case *comment.Paragraph:
			p.macro("PP")
			p.text(plain(block.Text))
		case *comment.Code:
			p.asItStands(block.Text)
		default:
			return file{}, fmt.Errorf("the manual has a %T, which its page cannot show", block)
		}
	}
	p.macro("SH", "SEE ALSO")
	p.text(strings.Join(others, ", "))
	return file{"man/man1/entraphone.1", 0o644, p.Bytes()}, nil
}

// plain is the text of a comment without its links.
func plain(texts []comment.Text) (all string) {
	for _, text := range texts {
		switch text := text.(type) {
		case comment.Plain:
			all += string(text)
		case comment.Italic:
			all += string(text)
		case *comment.Link:
			all += plain(text.Text)
		case *comment.DocLink:
			all += "[" + plain(text.Text) + "]"
		}
	}
	return all
}

// part is a part of a help, under its heading.
type part struct{ heading, text string }

// manHeadings are headings of helps that man pages have others for; those that are
// not here are of flags.
var manHeadings = map[string]string{"Usage": "SYNOPSIS", "Examples": "EXAMPLES", "Exit codes": "EXIT STATUS"}

// helpPage is the page of a command.
func (c commit) helpPage(name, short, help string) file {
	p := c.newPage(name, short)
	options := false
	for _, part := range partsOf(help) {
		switch heading := manHeadings[part.heading]; {
		case part.heading == "DESCRIPTION":
			p.macro("SH", part.heading)
			for paragraph := range strings.SplitSeq(part.text, "\n\n") {
				p.macro("PP")
				p.text(paragraph)
			}
		case heading == "SYNOPSIS", heading == "EXAMPLES":
			p.macro("SH", heading)
			p.asItStands(part.text)
		case heading != "":
			p.macro("SH", heading)
			p.items(part.text)
		default:
			if !options {
				p.macro("SH", "OPTIONS")
			}
			options = true
			p.macro("SS", part.heading)
			p.items(part.text)
		}
	}
	p.macro("SH", "SEE ALSO")
	p.text("entraphone(1)")
	return file{"man/man1/" + name + ".1", 0o644, p.Bytes()}
}

// heading is a line such as "The tenant:".
var heading = regexp.MustCompile(`(?m)^([A-Z][^\n:]*):\n  `)

// partsOf are the parts of a help, the usage first, as man pages have it.
func partsOf(help string) (parts []part) {
	begin, name := 0, "DESCRIPTION"
	for _, at := range append(heading.FindAllStringSubmatchIndex(help, -1), []int{len(help), len(help), len(help), len(help)}) {
		parts = append(parts, part{name, strings.Trim(help[begin:at[0]], "\n")})
		begin, name = min(at[3]+1, len(help)), help[at[2]:at[3]]
	}
	if i := slices.IndexFunc(parts, func(p part) bool { return p.heading == "Usage" }); i > 0 {
		usage := parts[i]
		parts = slices.Insert(slices.Delete(parts, i, i+1), 0, usage)
	}
	return parts
}

// item is the first line of what a help lists: what it is called, and a text.
var item = regexp.MustCompile(`^ {2,6}(\S.*?) {2,}(\S.*)$`)

// items writes what a help lists. A line at the margin stands below the list.
func (p *page) items(text string) {
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if found := item.FindStringSubmatch(line); found != nil {
			p.macro("TP")
			p.macro("B", found[1])
			line = found[2]
		} else if !strings.HasPrefix(line, " ") {
			p.macro("PP")
		}
		p.text(line)
	}
}
