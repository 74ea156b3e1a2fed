// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "core/debug/html.h"
#include "core/debug/profile_report.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace core::debug {

using html::cell;
using html::escaped;
using html::exact;
using html::rectangle;

namespace {

constexpr double width = 880, left = 120, laneHeight = 64, laneGap = 24;

constexpr const char* colors[] = {"#E69F00", "#D6CA2A", "#0072B2", "#56B4E9", "#009E73",
                                  "#CC79A7", "#7A68B8", "#9C755F", "#A9A7A1"};

constexpr const char* style = "svg text{fill:var(--text);font:13px Inter,system-ui,sans-serif}svg "
                              ".m{fill:var(--muted)}svg .g{stroke:var(--line)}";

std::string milliseconds(double seconds)
{
    return figure(1000 * seconds) + " ms";
}

std::string percent(double share)
{
    return figure(100 * share) + " %";
}

std::string phaseBar(const ProfileSummary& summary)
{
    const bool whole = inOnePiece(summary.phases);
    std::string svg = "<svg viewBox=\"0 0 880 40\" width=\"100%\" role=\"img\" aria-label=\"shares of a step\">";
    double x = 0;
    for (std::size_t i = 0; i < summary.phases.size(); ++i) {
        const PhaseTime& phase = summary.phases[i];
        const double wide = width * phase.share;
        svg += rectangle(x, 4, wide, 32, colors[i], phaseTitle(phase.name, whole) + " " + percent(phase.share));
        x += wide;
    }
    return svg + "</svg>";
}

std::string phaseTable(const ProfileSummary& summary)
{
    const bool whole = inOnePiece(summary.phases);
    std::string table = "<table><tr><th></th><th>phase</th><th class=\"n\">a step</th><th class=\"n\">share</th><th "
                        "class=\"n\">in all</th></tr>";
    for (std::size_t i = 0; i < summary.phases.size(); ++i) {
        const PhaseTime& phase = summary.phases[i];
        const std::string swatch = std::string("<span style=\"color:") + colors[i] + "\">&#9632;</span>";
        if (!phase.known)
            table += "<tr>" + cell(swatch) + cell(escaped(phaseTitle(phase.name))) +
                     "<td colspan=\"3\" class=\"muted\">in one piece with forward: it cannot be told apart</td></tr>";
        else
            table += "<tr>" + cell(swatch) + cell(escaped(phaseTitle(phase.name, whole))) +
                     cell(milliseconds(phase.perStep), true) + cell(percent(phase.share), true) +
                     cell(figure(phase.seconds) + " s", true) + "</tr>";
    }
    return table + "</table>";
}

struct Lane {
    std::string title, unit;
    double most = 100;
    std::vector<std::pair<double, double>> points; // seconds, value
};

std::vector<Lane> lanesOf(const ProfileTrace& trace)
{
    Lane cpu{"CPU", "%"}, memory{"memory", "MB", 0}, waiting{"data wait", "% of steps"}, disk{"disk", "MB/s", 0};
    std::vector<Lane> gpus;
    for (const events::SystemSample& sample : trace.system) {
        const double time = sample.time - trace.begun;
        if (!sample.cores.empty())
            cpu.points.emplace_back(time, std::accumulate(sample.cores.begin(), sample.cores.end(), 0.0) /
                                              double(sample.cores.size()));
        memory.points.emplace_back(time, sample.resident / 1e6);
        disk.points.emplace_back(time, (sample.readRate + sample.writeRate) / 1e6);
        for (std::size_t i = 0; i < sample.gpus.size(); ++i) {
            if (gpus.size() <= i)
                gpus.push_back({"GPU " + std::to_string(sample.gpus[i].index), "%"});
            gpus[i].points.emplace_back(time, sample.gpus[i].busy);
        }
    }
    for (const events::StepTimes& times : trace.steps) {
        double all = 0;
        for (const double phase : times.phases)
            all += std::max(0.0, phase);
        if (all > 0)
            waiting.points.emplace_back(times.time - trace.begun, 100 * std::max(0.0, times.phases[0]) / all);
    }
    std::vector<Lane> lanes{std::move(waiting), std::move(cpu), std::move(memory), std::move(disk)};
    lanes.insert(lanes.end(), gpus.begin(), gpus.end());
    std::erase_if(lanes, [](const Lane& lane) { return lane.points.size() < 2; });
    for (Lane& lane : lanes)
        if (lane.most == 0) {
            for (const auto& [time, value] : lane.points)
                lane.most = std::max(lane.most, value);
            lane.most = std::max(lane.most * 1.05, 1e-3);
        }
    return lanes;
}

// At most so many points as the picture is wide: of each column the mean.
std::string polyline(const Lane& lane, double top, double end)
{
    const auto columns = std::size_t(width - left);
    std::vector<double> sums(columns), counts(columns);
    for (const auto& [time, value] : lane.points) {
        const auto column = std::size_t(std::clamp(time / end * double(columns - 1), 0.0, double(columns - 1)));
        sums[column] += value;
        counts[column] += 1;
    }
    std::string points;
    for (std::size_t i = 0; i < columns; ++i)
        if (counts[i] > 0)
            points += exact(left + double(i)) + "," +
                      exact(top + laneHeight * (1 - std::clamp(sums[i] / counts[i] / lane.most, 0.0, 1.0))) + " ";
    return "<polyline fill=\"none\" stroke=\"var(--accent)\" stroke-width=\"1.25\" points=\"" + points + "\"/>";
}

std::string timeline(const ProfileTrace& trace)
{
    const std::vector<Lane> lanes = lanesOf(trace);
    double end = 0;
    for (const Lane& lane : lanes)
        end = std::max(end, lane.points.back().first);
    if (lanes.empty() || end <= 0)
        return "<p class=\"muted\">The run was too short for samples of the machine.</p>";
    const double height = double(lanes.size()) * (laneHeight + laneGap) + 24;
    std::string svg = "<svg viewBox=\"0 0 " + exact(width) + " " + exact(height) + "\" width=\"100%\">";
    for (std::size_t i = 0; i < lanes.size(); ++i) {
        const double top = double(i) * (laneHeight + laneGap) + 8;
        svg += "<line class=\"g\" x1=\"" + exact(left) + "\" x2=\"" + exact(width) + "\" y1=\"" +
               exact(top + laneHeight) + "\" y2=\"" + exact(top + laneHeight) + "\"/>";
        svg += "<text x=\"0\" y=\"" + exact(top + 16) + "\">" + escaped(lanes[i].title) +
               "</text><text class=\"m\" "
               "x=\"0\" y=\"" +
               exact(top + 34) + "\">0 to " + figure(lanes[i].most) + " " + escaped(lanes[i].unit) + "</text>";
        svg += polyline(lanes[i], top, end);
    }
    svg += "<text class=\"m\" x=\"" + exact(left) + "\" y=\"" + exact(height - 4) +
           "\">0</text><text class=\"m\" x=\"" + exact(width) + "\" y=\"" + exact(height - 4) +
           "\" text-anchor=\"end\">" + figure(end) + " s</text>";
    return svg + "</svg>";
}

std::string layers(const ProfileSummary& summary)
{
    if (summary.layers.empty())
        return {};
    double most = 0;
    for (const LayerTime& layer : summary.layers)
        most = std::max(most, layer.forward + std::max(0.0, layer.backward));
    std::string text = "<h2>Layers</h2><p class=\"muted\">Mean of the steps that were timed layer by layer.</p><table>"
                       "<tr><th>layer</th><th class=\"n\">forward</th><th class=\"n\">backward</th><th></th></tr>";
    for (const LayerTime& layer : summary.layers) {
        const double both = layer.forward + std::max(0.0, layer.backward);
        text += "<tr>" + cell("<code>" + escaped(layer.name) + "</code>") + cell(milliseconds(layer.forward), true) +
                cell(layer.backward >= 0 ? milliseconds(layer.backward) : "not known", true) +
                cell("<svg viewBox=\"0 0 240 12\" width=\"240\">" +
                     rectangle(0, 1, most > 0 ? 240 * both / most : 0, 10, "var(--accent)", percent(layer.share)) +
                     "</svg>") +
                "</tr>";
    }
    return text + "</table>";
}

std::string parametersOf(const ProfileResult& result)
{
    std::string text;
    for (const auto& [key, value] : result.parameters.object())
        text += (text.empty() ? "" : ", ") + key + " " +
                (value.isReal()   ? figure(value.toReal())
                 : value.isText() ? value.text()
                                  : base::writeJson(value));
    return "<span class=\"muted\">" + escaped(text) + "</span>";
}

std::string seenBy(const ProfileResult& result)
{
    const bool found = result.state == "IssuesFound";
    std::string seen = escaped(found || result.reason.empty() ? result.verdict.message : result.reason);
    for (const ProfileAdvice& advice : result.advice) {
        seen += "<br>&#8594; " + escaped(advice.text);
        for (const auto& [path, value] : advice.edits)
            seen += " <code>" + escaped(path + " = " + base::writeJson(value)) + "</code>";
    }
    return seen;
}

// The columns of SageMaker's report: times triggered are points that violate the rule.
std::string rules(const ProfileReport& report)
{
    std::string text =
        "<h2>Rules</h2><table><tr><th>rule</th><th>state</th><th>what it saw, and what to do</th><th class=\"n\">times "
        "triggered</th><th class=\"n\">datapoints</th><th>parameters</th></tr>";
    for (const ProfileResult& result : report.results) {
        const bool found = result.state == "IssuesFound";
        text += "<tr>" + cell(escaped(result.rule) + (result.ours ? " <span class=\"muted\">ours</span>" : "")) +
                (found ? "<td class=\"found\">&#9650; " : "<td>") + escaped(result.state) + "</td>" +
                cell(seenBy(result)) + cell(std::to_string(result.verdict.violations), true) +
                cell(std::to_string(result.verdict.points), true) + cell(parametersOf(result)) + "</tr>";
    }
    return text + "</table>";
}

std::string amount(double value, const std::string& unit)
{
    if (unit.starts_with("bytes"))
        return figure(value / 1e6) + " MB" + unit.substr(5);
    return figure(value) + " " + unit;
}

std::string system(const ProfileSummary& summary)
{
    if (summary.system.empty())
        return {};
    std::string text = "<h2>The machine</h2><table><tr><th></th><th class=\"n\">max</th><th class=\"n\">p99</th><th "
                       "class=\"n\">p95</th><th class=\"n\">p50</th><th class=\"n\">min</th></tr>";
    for (const SystemFigure& one : summary.system) {
        text += "<tr>" + cell(escaped(phaseTitle(one.name)));
        for (const double value : {one.spread.max, one.spread.p99, one.spread.p95, one.spread.p50, one.spread.min})
            text += cell(escaped(amount(value, one.unit)), true);
        text += "</tr>";
    }
    text += "</table><h2>Threads of the program</h2><table>";
    for (const ThreadTime& thread : summary.threads)
        if (thread.busy >= 0.1)
            text += "<tr>" + cell(escaped(thread.name)) + cell(figure(thread.busy) + " % of a core", true) + "</tr>";
    return text + "</table>";
}

}

std::string profileHtml(const ProfileTrace& trace, const ProfileReport& report)
{
    const ProfileSummary& summary = report.summary;
    std::string text;
    text += "<h1>Profile of " + escaped(report.id) + "</h1><p class=\"muted\">" + std::to_string(summary.steps) +
            " steps on " + escaped(report.device) + (report.finished ? "" : ", so far") + "</p>";
    text += "<p>" + escaped(headline(report)) + "</p>";
    text += "<h2>Where the time of a step goes</h2>" + phaseBar(summary) + phaseTable(summary);
    if (summary.duration.any)
        text += "<p class=\"muted\">Without validation and keyframes a step takes " +
                milliseconds(summary.duration.p50) + " at the median and " + milliseconds(summary.duration.p95) +
                " at the 95th percentile. The slowest was step " + std::to_string(summary.slowest) + " with " +
                milliseconds(summary.slowestSeconds) + ".</p>";
    text += "\n<h2>Over the time</h2>" + timeline(trace) + "\n" + rules(report) + "\n" + layers(summary) + "\n" +
            system(summary);
    return html::page("Profile of " + report.id, style, text);
}

}
