/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Colour is off unless it is sure to be understood; the environment can only switch it off. */
#include "term.h"

#include <sys/ioctl.h>
#include <unistd.h>

bool term_color(enum color_mode mode, int fd)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (mode != COLOR_AUTO)
		return mode == COLOR_ALWAYS;
	if ((no_color && *no_color) || !term || streq(term, "dumb"))
		return false;
	return isatty(fd) == 1;
}

unsigned term_width(int fd)
{
	struct winsize ws;

	if (ioctl(fd, TIOCGWINSZ, &ws) < 0 || ws.ws_col == 0)
		return TERM_WIDTH;
	return ws.ws_col < TERM_WIDTH_MIN ? TERM_WIDTH_MIN : ws.ws_col;
}

int term_add(struct strbuf *out, bool color, enum style style, const char *word)
{
	static const char *const codes[] = {
		[STYLE_BOLD] = "1",	 [STYLE_DIM] = "2",   [STYLE_PASS] = "1;32",
		[STYLE_FAIL] = "1;31",	 [STYLE_WARN] = "33", [STYLE_UNKNOWN] = "1;33",
		[STYLE_WINNER] = "1;36",
	};

	if (!color || style == STYLE_PLAIN)
		return strbuf_adds(out, word);
	return strbuf_addf(out, "\033[%sm%s\033[0m", codes[style], word);
}

/* Appends one line's worth of words; returns where the text goes on. */
static const char *wrap_line(struct strbuf *out, const char *p, unsigned column, unsigned width)
{
	bool empty = true;

	for (;;) {
		size_t blanks = strspn(p, " "), n = strcspn(p + blanks, " \n");

		if (n == 0)
			return p + blanks;
		if (!empty && column + blanks + n > width)
			return p + blanks;
		if (empty) {
			p += blanks;
			blanks = 0;
		}
		(void)strbuf_add(out, p, blanks + n);
		column += (unsigned)(blanks + n);
		p += blanks + n;
		empty = false;
	}
}

int term_wrap(struct strbuf *out, const char *text, unsigned first, unsigned indent, unsigned width)
{
	unsigned column = first;

	for (;;) {
		text = wrap_line(out, text, column, width);
		(void)strbuf_addc(out, '\n');
		if (*text == '\n')
			text++;
		if (*text == '\0')
			return out->failed ? -ENOMEM : 0;
		if (*text != '\n')
			(void)strbuf_addf(out, "%*s", (int)indent, "");
		column = indent;
	}
}
