// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/html.h"

#include <algorithm>
#include <cstdio>

namespace core::debug::html {

namespace {

constexpr const char* house = R"(
:root{color-scheme:light dark;--ground:#FAFAF8;--surface:#FFFFFF;--line:#E3E2DE;--text:#1F2328;--muted:#6B7078;--found:#C24E00;--good:#00734F;--accent:#0072B2}
@media(prefers-color-scheme:dark){:root{--ground:#16181C;--surface:#1E2126;--line:#2E323A;--text:#E6E8EB;--muted:#9AA1AB;--found:#F0843C;--good:#2DBE94;--accent:#56B4E9}}
body{margin:32px auto;max-width:920px;padding:0 20px;background:var(--ground);color:var(--text);font:14px/1.5 Inter,system-ui,sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:26px;line-height:1.25;margin:0 0 4px}h2{font-size:16px;margin:36px 0 8px}p{margin:4px 0}
.muted{color:var(--muted)}.found{color:var(--found)}.good{color:var(--good)}
table{border-collapse:collapse;width:100%}th{text-align:left;font-weight:500;color:var(--muted)}
th,td{padding:4px 12px 4px 0;border-bottom:1px solid var(--line);vertical-align:top}
td.n,th.n{text-align:right}code{font-family:ui-monospace,monospace;font-size:13px}
@media print{:root{color-scheme:light;--ground:#FFFFFF;--surface:#FFFFFF;--line:#D8D7D3;--text:#1F2328;--muted:#5A5F66;--found:#B04600;--good:#00664A;--accent:#0072B2}
@page{margin:18mm 16mm}body{margin:0;max-width:none;padding:0;font-size:10pt}h2,h3{break-after:avoid}tr,svg,figure{break-inside:avoid}}
)";

}

std::string escaped(std::string_view text)
{
    std::string safe;
    safe.reserve(text.size());
    for (const char letter : text)
        switch (letter) {
        case '&':
            safe += "&amp;";
            break;
        case '<':
            safe += "&lt;";
            break;
        case '>':
            safe += "&gt;";
            break;
        case '"':
            safe += "&quot;";
            break;
        case '\'':
            safe += "&#39;";
            break;
        default: {
            const auto code = static_cast<unsigned char>(letter);
            safe += (code < 32 && letter != '\n' && letter != '\t') || code == 127 ? ' ' : letter;
        }
        }
    return safe;
}

std::string exact(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", value);
    return text;
}

std::string page(const std::string& title, const std::string& style, const std::string& body)
{
    return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
           "content=\"width=device-width\"><title>" +
           escaped(title) + "</title><style>" + house + style + "</style></head><body>\n" + body + "\n</body></html>\n";
}

std::string cell(const std::string& text, bool number)
{
    return std::string(number ? "<td class=\"n\">" : "<td>") + text + "</td>";
}

std::string rectangle(double x, double y, double wide, double high, const std::string& fill, const std::string& title)
{
    return "<rect x=\"" + exact(x) + "\" y=\"" + exact(y) + "\" width=\"" + exact(std::max(0.0, wide)) +
           "\" height=\"" + exact(high) + "\" fill=\"" + fill + "\"><title>" + escaped(title) + "</title></rect>";
}

}
