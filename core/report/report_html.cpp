// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/html.h"
#include "core/report/document.h"

namespace core::report {

using debug::html::escaped;

namespace {

constexpr const char* style = R"(
:root{--c0:#0072B2;--c1:#E69F00;--c2:#009E73;--c3:#CC79A7;--c4:#56B4E9;--c5:#B8A000}
@media(prefers-color-scheme:dark){:root{--c0:#56B4E9;--c1:#E69F00;--c2:#2DBE94;--c3:#CC79A7;--c4:#4C8DD0;--c5:#F0E442}}
nav{margin:16px 0 20px;display:flex;flex-wrap:wrap;gap:2px 18px}nav a,a{color:var(--accent);text-decoration:none}
section{margin:40px 0 0;border-top:1px solid var(--line);padding-top:20px}section h2{margin:0 0 10px;font-size:18px}
h3{font-size:14px;margin:22px 0 4px}.lead{font-size:16px}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(196px,1fr));gap:18px 24px;margin:22px 0}
dt{color:var(--muted)}dd{margin:0;font-size:20px;overflow-wrap:anywhere}dd small{display:block;font-size:13px;color:var(--muted)}
figure{margin:14px 0}figure svg{display:block;width:100%;height:auto;overflow:visible}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:20px 24px;margin:14px 0}.pair figure{margin:0}
@media(max-width:680px){.pair{grid-template-columns:1fr}}
pre{background:var(--surface);border:1px solid var(--line);border-radius:6px;padding:10px 14px;margin:8px 0;overflow-x:auto;font:13px/1.5 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
td{overflow-wrap:anywhere}.rows{overflow-x:auto;margin:10px 0 16px}summary{cursor:pointer;color:var(--accent);margin:10px 0 4px}
footer{margin:48px 0 0;color:var(--muted)}
@media print{:root{--c0:#0072B2;--c1:#E69F00;--c2:#009E73;--c3:#CC79A7;--c4:#56B4E9;--c5:#B8A000}
nav{display:none}section{margin:22pt 0 0}section.page{break-before:page;border-top:0;padding-top:0}.pair{grid-template-columns:1fr 1fr}}
)";

const char* classOf(Tone tone)
{
    switch (tone) {
    case Tone::Muted:
        return " class=\"muted\"";
    case Tone::Problem:
        return " class=\"found\"";
    case Tone::Good:
        return " class=\"good\"";
    case Tone::Lead:
        return " class=\"lead\"";
    default:
        return "";
    }
}

struct Writer {
    std::string operator()(const Paragraph& paragraph) const
    {
        return "<p" + std::string(classOf(paragraph.tone)) + ">" + escaped(paragraph.text) + "</p>\n";
    }
    std::string operator()(const Heading& heading) const
    {
        return "<h3" + std::string(classOf(heading.tone)) + ">" + (heading.tone == Tone::Problem ? "&#9650; " : "") +
               escaped(heading.text) + "</h3>\n";
    }
    std::string operator()(const Code& code) const { return "<pre>" + escaped(code.text) + "</pre>\n"; }
    std::string operator()(const Figures& figures) const
    {
        std::string html = "<dl>";
        for (const Figures::Figure& one : figures.figures)
            html += "<div><dt>" + escaped(one.name) + "</dt><dd>" + escaped(one.value) +
                    (one.note.empty() ? "" : "<small>" + escaped(one.note) + "</small>") + "</dd></div>";
        return html + "</dl>\n";
    }
    std::string operator()(const Table& table) const
    {
        std::string html = "<div class=\"rows\"><table><thead><tr>";
        for (const Table::Column& column : table.columns)
            html += std::string("<th") + (column.number ? " class=\"n\">" : ">") + escaped(column.title) + "</th>";
        html += "</tr></thead><tbody>";
        for (const auto& row : table.rows) {
            html += "<tr>";
            for (std::size_t i = 0; i < row.size(); ++i)
                html += cellOf(row[i], i < table.columns.size() && table.columns[i].number);
            html += "</tr>";
        }
        html += "</tbody></table></div>\n";
        if (table.fold.empty())
            return html;
        return "<details><summary>" + escaped(table.fold) + "</summary>" + html + "</details>\n";
    }
    std::string operator()(const Charts& charts) const
    {
        std::string html;
        bool pair = false;
        for (const Chart& chart : charts.charts) {
            if (pair == chart.wide)
                html += pair ? "</div>\n" : "<div class=\"pair\">\n";
            pair = !chart.wide;
            html += "<figure>" + svgOf(chart, pagePaper()).svg + "</figure>\n";
        }
        return html + (pair ? "</div>\n" : "");
    }

private:
    static std::string cellOf(const Table::Cell& cell, bool number)
    {
        std::string text = escaped(cell.text);
        if (cell.code && !text.empty())
            text = "<code>" + text + "</code>";
        if (cell.tone != Tone::Body)
            text = "<span" + std::string(classOf(cell.tone)) + ">" + text + "</span>";
        return std::string("<td") + (number ? " class=\"n\"" : "") +
               (cell.indent > 0 ? " style=\"padding-left:" + std::to_string(18 * cell.indent) + "px\"" : "") + ">" +
               text + "</td>";
    }
};

}

std::string htmlOf(const Document& document)
{
    std::string html = "<header><h1>" + escaped(document.title) + "</h1><p class=\"muted\">" +
                       escaped(document.subtitle) + "</p></header>\n<nav>";
    for (const Section& section : document.sections)
        if (!section.title.empty())
            html += "<a href=\"#" + escaped(section.id) + "\">" + escaped(section.title) + "</a>";
    html += "</nav>\n";
    for (const Section& section : document.sections) {
        // What stands before the first title belongs to the head.
        if (section.title.empty()) {
            for (const Block& block : section.blocks)
                html += std::visit(Writer{}, block);
            continue;
        }
        html += "<section id=\"" + escaped(section.id) + "\"><h2>" + escaped(section.title) + "</h2>\n";
        for (const Block& block : section.blocks)
            html += std::visit(Writer{}, block);
        html += "</section>\n";
    }
    return debug::html::page(document.title, style, html);
}

}
