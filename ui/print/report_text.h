// SPDX-License-Identifier: GPL-3.0-or-later
// A report as a text with tables and charts; for the sources of ui/print alone.
#pragma once

#include "core/report/document.h"

#include <QTextCursor>

class QTextDocument;

namespace ui::print {

/// Fills `text`, which is `width` wide; `dots`: how many of its units a point has.
class ReportText {
public:
    ReportText(QTextDocument& text, double width, double dots);
    void write(const core::report::Document& document);
    /// Headings that stand so low on a page that nothing of theirs follows go to the next one. After the page's size
    /// is set.
    static void keepHeadings(QTextDocument& text, double room);

private:
    void section(const core::report::Section& section);
    void block(const core::report::Block& block);
    void paragraph(const std::string& words, core::report::Tone tone);
    void heading(const std::string& words, double size, double above, core::report::Tone tone);
    void code(const std::string& words);
    void figures(const core::report::Figures& figures);
    void table(const core::report::Table& table);
    void charts(const core::report::Charts& charts);
    void newBlock(double above, double below);

    QTextCursor m_cursor;
    double m_width, m_dots;
    bool m_empty = true;
    std::vector<const core::report::Table*> m_folded; ///< for the end
};

}
