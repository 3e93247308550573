package workbook

import (
	"archive/zip"
	"encoding/xml"
	"io"
	"strings"
)

// What is packed may be a thousand times as large. A sheet is read through without
// being held; the parts beside it are held. No token, and no text of a cell, is
// longer than what a cell may hold in any encoding.
const (
	maxSheetBytes = 2 << 30
	maxTextBytes  = 512 << 20
	maxPartBytes  = 16 << 20
	maxTexts      = 16 << 20
	maxTokenBytes = 1 << 20
)

// part is a part of a workbook that is being read. It ends with an error where it is
// larger than it may be.
type part struct {
	io.ReadCloser
	name       string
	read, most int64
	begun      int64 // where the token began that is being read
}

// open opens a part that may be so large when it is unpacked.
func open(file *zip.File, most int64) (*part, error) {
	if file == nil {
		return nil, damaged("a part that it names is missing")
	}
	if file.UncompressedSize64 > uint64(most) {
		return nil, tooLarge(file.Name)
	}
	unpacked, err := file.Open()
	if err != nil {
		return nil, wrong(file.Name, err)
	}
	return &part{ReadCloser: unpacked, name: file.Name, most: most}, nil
}

func (p *part) Read(into []byte) (int, error) {
	n, err := p.ReadCloser.Read(into)
	if p.read += int64(n); p.read > p.most || p.read-p.begun > maxTokenBytes+int64(len(into)) {
		return 0, tooLarge(p.name)
	}
	return n, err
}

// tooLarge refuses what was packed to fill a memory or a day.
func tooLarge(part string) error {
	return &Unfit{"the workbook unpacks to more than any list of people is (its part " + part + ")", "check where it comes from"}
}

// wrong says which part cannot be read. What is wrong in it helps nobody but may hold
// a cell, so that it is left out.
func wrong(part string, err error) error {
	if _, told := err.(*Unfit); told || err == nil {
		return err
	}
	return damaged("its part " + part + " cannot be read to its end")
}

// tokens are those of a part.
type tokens struct {
	*xml.Decoder
	part *part
}

func newTokens(p *part) *tokens { return &tokens{xml.NewDecoder(p), p} }

// next is the next token, as [xml.Decoder.RawToken] gives it. Nothing may end before
// the element does that is being read.
func (t *tokens) next() (xml.Token, error) {
	t.part.begun = t.InputOffset()
	token, err := t.RawToken()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return token, err
}

// end reads what is left behind the last element that is wanted: the sum of a part is
// checked at its end.
func (t *tokens) end() error {
	t.part.begun = t.part.most
	_, err := io.Copy(io.Discard, t.part)
	return err
}

// chars are the characters of an element, up to its end.
func (t *tokens) chars(element string) (string, error) {
	var text strings.Builder
	for {
		token, err := t.next()
		if err != nil {
			return "", err
		}
		switch token := token.(type) {
		case xml.CharData:
			if text.Write(token); text.Len() > maxTokenBytes {
				return "", tooLarge(t.part.name)
			}
		case xml.EndElement:
			if token.Name.Local == element {
				return text.String(), nil
			}
		}
	}
}

// richText is the text of an element with pieces in several fonts, up to its end. What
// is said in Japanese beside a word is no part of it.
func (t *tokens) richText(element string) (string, error) {
	var text strings.Builder
	for aside := false; ; {
		token, err := t.next()
		if err != nil {
			return "", err
		}
		switch token := token.(type) {
		case xml.StartElement:
			switch token.Name.Local {
			case "rPh":
				aside = true
			case "t":
				piece, err := t.chars("t")
				if err != nil {
					return "", err
				}
				if !aside {
					text.WriteString(piece)
				}
				if text.Len() > maxTokenBytes {
					return "", tooLarge(t.part.name)
				}
			}
		case xml.EndElement:
			switch token.Name.Local {
			case "rPh":
				aside = false
			case element:
				return unescaped(text.String()), nil
			}
		}
	}
}

// readShared reads the texts that cells name by their number.
func readShared(file *zip.File) (shared []string, err error) {
	p, err := open(file, maxTextBytes)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	for t := newTokens(p); ; {
		token, err := t.next()
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local != "si" {
				break
			}
			var text string
			text, err = t.richText("si")
			if shared = append(shared, text); len(shared) > maxTexts {
				err = tooLarge(file.Name)
			}
		case xml.EndElement:
			if token.Name.Local == "sst" {
				return shared, wrong(file.Name, t.end())
			}
		}
		if err != nil {
			return nil, wrong(file.Name, err)
		}
	}
}
