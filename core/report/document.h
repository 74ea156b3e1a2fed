// SPDX-License-Identifier: GPL-3.0-or-later
// A report as a document: what a page and a PDF are made of.
#pragma once

#include "core/report/chart.h"

namespace core::report {

enum class Tone { Body, Muted, Problem, Good, Lead };

struct Paragraph {
    std::string text;
    Tone tone = Tone::Body;
};
/// A title within a section.
struct Heading {
    std::string text;
    Tone tone = Tone::Body;
};
/// What a person would copy: a command.
struct Code {
    std::string text;
};
struct Figures {
    struct Figure {
        std::string name, value, note = {};
    };
    std::vector<Figure> figures;
};
struct Table {
    struct Column {
        std::string title;
        bool number = false;
    };
    struct Cell {
        std::string text;
        bool code = false;
        Tone tone = Tone::Body;
        int indent = 0;
    };
    std::vector<Column> columns;
    std::vector<std::vector<Cell>> rows = {};
    std::string fold = {}; ///< it stands folded under these words on a page, at the end of a printed report
};
/// Side by side where they are narrow.
struct Charts {
    std::vector<Chart> charts;
};

using Block = std::variant<Paragraph, Heading, Code, Figures, Table, Charts>;

struct Section {
    std::string id, title;
    std::vector<Block> blocks = {};
};
struct Document {
    std::string title, subtitle;
    std::vector<Section> sections = {};
};

/// One HTML file that needs nothing else: no scripts, nothing from elsewhere.
std::string htmlOf(const Document& document);

}
