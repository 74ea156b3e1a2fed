// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "core/debug/figure.h"
#include "core/report/sections.h"

#include <algorithm>
#include <cmath>

namespace core::report {

using debug::figure;

namespace facts {

constexpr std::size_t mostLayers = 12, mostClasses = 20;

std::string shapeText(const std::vector<std::int64_t>& shape)
{
    std::string text;
    for (const std::int64_t side : shape)
        text += (text.empty() ? "" : " × ") + std::to_string(side);
    return text;
}

Table phases(const debug::ProfileSummary& summary)
{
    const bool whole = debug::inOnePiece(summary.phases);
    Table table{{{"phase"}, {"a step", true}, {"share", true}, {"in all", true}}};
    for (const debug::PhaseTime& phase : summary.phases)
        if (phase.known)
            table.rows.push_back({{debug::phaseTitle(phase.name, whole)},
                                  {timeOf(phase.perStep)},
                                  {percentOf(phase.share)},
                                  {timeOf(phase.seconds)}});
    return table;
}

Table layers(const debug::ProfileSummary& summary)
{
    std::vector<debug::LayerTime> all = summary.layers;
    std::ranges::stable_sort(all, std::greater{}, &debug::LayerTime::share);
    all.resize(std::min(all.size(), mostLayers));
    Table table{{{"slowest layers"}, {"forward", true}, {"backward", true}, {"share", true}}};
    for (const debug::LayerTime& layer : all)
        table.rows.push_back({{layer.name, true},
                              {timeOf(layer.forward)},
                              {layer.backward >= 0 ? timeOf(layer.backward) : "not known"},
                              {percentOf(layer.share)}});
    return table;
}

std::string amount(double value, const std::string& unit)
{
    if (unit.starts_with("bytes"))
        return figure(value / 1e6) + " MB" + unit.substr(5);
    return figure(value) + " " + unit;
}

Table machine(const debug::ProfileSummary& summary)
{
    Table table{{{"the machine"}, {"max", true}, {"p95", true}, {"median", true}, {"min", true}}};
    for (const debug::SystemFigure& one : summary.system)
        table.rows.push_back({{debug::phaseTitle(one.name)},
                              {amount(one.spread.max, one.unit)},
                              {amount(one.spread.p95, one.unit)},
                              {amount(one.spread.p50, one.unit)},
                              {amount(one.spread.min, one.unit)}});
    return table;
}

void addAdvice(const debug::ProfileReport& profile, Section& section)
{
    for (const debug::ProfileResult& result : profile.results) {
        if (result.state != "IssuesFound")
            continue;
        section.blocks.push_back(Heading{result.rule, Tone::Problem});
        std::string what = result.verdict.message;
        if (!what.empty())
            what.front() = char(std::toupper(static_cast<unsigned char>(what.front())));
        section.blocks.push_back(Paragraph{what + "."});
        for (const debug::ProfileAdvice& advice : result.advice)
            section.blocks.push_back(
                Paragraph{"→ " + advice.text + (advice.edits.empty() ? "" : " (" + changesText(advice.edits) + ")")});
    }
}

}

Section profileOf(const RunReport& report)
{
    Section section{"profile", "Where the time goes"};
    if (!report.profile || report.profile->summary.steps == 0) {
        section.blocks.push_back(Paragraph{"Nothing of its time was recorded.", Tone::Muted});
        return section;
    }
    const debug::ProfileReport& profile = *report.profile;
    section.blocks.push_back(Paragraph{debug::headline(profile)});
    Bars bars;
    const bool whole = debug::inOnePiece(profile.summary.phases);
    for (std::size_t i = 0; i < profile.summary.phases.size(); ++i)
        if (const debug::PhaseTime& phase = profile.summary.phases[i]; phase.known && phase.share > 0)
            bars.bars.push_back({debug::phaseTitle(phase.name, whole), phase.share,
                                 percentOf(std::round(1000 * phase.share) / 1000), 0});
    section.blocks.push_back(Charts{{Chart{"Shares of a step", "", "", std::move(bars)}}});
    section.blocks.push_back(facts::phases(profile.summary));
    facts::addAdvice(profile, section);
    if (!profile.summary.layers.empty())
        section.blocks.push_back(facts::layers(profile.summary));
    if (!profile.summary.system.empty())
        section.blocks.push_back(facts::machine(profile.summary));
    return section;
}

namespace facts {

Table splits(const DataFacts& data)
{
    Table table{{{"part"}, {"rows", true}, {"share", true}}};
    const double all = double(std::max<std::int64_t>(1, data.rows[0] + data.rows[1] + data.rows[2]));
    const char* names[] = {"training", "validation", "test"};
    for (std::size_t i = 0; i < 3; ++i)
        table.rows.push_back({{names[i]}, {countOf(data.rows[i])}, {percentOf(double(data.rows[i]) / all)}});
    return table;
}

void addClasses(const DataFacts& data, Section& section)
{
    if (!data.classes.empty() && !data.classRows[0].empty()) {
        Bars bars;
        for (std::size_t c = 0; c < std::min({data.classes.size(), data.classRows[0].size(), mostClasses}); ++c)
            bars.bars.push_back({data.classes[c], double(data.classRows[0][c]), countOf(data.classRows[0][c])});
        const bool cut = data.classes.size() > mostClasses;
        section.blocks.push_back(Charts{
            {Chart{"Training rows by class", "", cut ? "the first " + countOf(mostClasses) : "", std::move(bars)}}});
    } else if (!data.classes.empty()) {
        std::string names;
        for (const std::string& name : data.classes)
            names += (names.empty() ? "" : ", ") + name;
        section.blocks.push_back(
            Paragraph{countOf(std::int64_t(data.classes.size()), "class", "classes") + ": " + textOf(names, 400)});
    } else if (!data.targets.counts.empty()) {
        section.blocks.push_back(Charts{{Chart{"Distribution of the target", data.target, "rows", data.targets}}});
    }
}

}

Section dataOf(const RunReport& report)
{
    const DataFacts& data = report.data;
    Section section{"data", "Data"};
    const auto sum = data.rows[0] + data.rows[1] + data.rows[2];
    if (data.source.empty() && sum == 0) {
        section.blocks.push_back(Paragraph{"Nothing is known of its data.", Tone::Muted});
        return section;
    }
    std::string text = data.source + (data.source.empty() ? "" : ": ");
    text += (data.task.empty() ? "" : data.task + ", ") + countOf(sum, "row", "rows");
    if (data.features > 0)
        text += ", " + countOf(data.features, "feature", "features");
    if (!data.target.empty())
        text += ", target " + data.target;
    section.blocks.push_back(Paragraph{text + (data.splitKind.empty() ? "" : ", divided: " + data.splitKind) + "."});
    if (!data.unread.empty())
        section.blocks.push_back(Paragraph{"The rows themselves could not be looked at: " + data.unread, Tone::Muted});
    section.blocks.push_back(facts::splits(data));
    facts::addClasses(data, section);
    if (!data.problems.empty()) {
        Table table{{{"what the doctor found"}, {"remedy"}}};
        for (const DataFacts::Problem& problem : data.problems)
            table.rows.push_back({{problem.message, false, Tone::Body}, {problem.remedy, false, Tone::Muted}});
        section.blocks.push_back(std::move(table));
    } else if (data.unread.empty() && !data.source.empty()) {
        section.blocks.push_back(Paragraph{"The doctor found nothing in it that spoils a training.", Tone::Good});
    }
    return section;
}

Section modelOf(const RunReport& report)
{
    const ModelFacts& model = report.model;
    Section section{"model", "Model"};
    if (model.kind.empty()) {
        section.blocks.push_back(Paragraph{"Nothing is known of its model.", Tone::Muted});
        return section;
    }
    std::string text = model.kind + " on " + facts::shapeText(model.inputShape);
    if (model.inputShape.empty())
        text = model.kind;
    if (report.trees())
        text += ": " + countOf(model.rounds, "round", "rounds") + " of trees";
    else if (model.parameters > 0)
        text += ": " + countOf(model.parameters, "parameter", "parameters");
    if (model.trainable >= 0 && model.trainable < model.parameters)
        text += ", of which " + countOf(model.trainable) + " learn";
    section.blocks.push_back(Paragraph{text + "."});
    if (model.layers.empty())
        return section;
    Table table{{{"layer"}, {"type"}, {""}, {"output"}, {"parameters", true}}};
    for (const ModelFacts::Layer& layer : model.layers)
        table.rows.push_back({{layer.name, true},
                              {layer.type},
                              {layer.text, false, Tone::Muted},
                              {facts::shapeText(layer.shape)},
                              {layer.parameters > 0 ? countOf(layer.parameters) : ""}});
    if (model.layers.size() > 24)
        table.fold = "All " + countOf(std::int64_t(model.layers.size())) + " layers";
    section.blocks.push_back(std::move(table));
    return section;
}

Section settingsOf(const RunReport& report)
{
    Section section{"settings", "Settings"};
    Table changed{{{"setting"}, {"here"}, {"by default"}}}, all{{{"setting"}, {"value"}}};
    for (const Setting& one : report.settings) {
        const std::string value = textOf(one.value) + (one.unit.empty() || !one.value.isNumber() ? "" : " " + one.unit);
        if (one.changed)
            changed.rows.push_back({{one.path, true}, {value}, {textOf(one.usual), false, Tone::Muted}});
        all.rows.push_back({{one.path, true}, {value, false, one.changed ? Tone::Body : Tone::Muted}});
    }
    if (all.rows.empty()) {
        section.blocks.push_back(Paragraph{"Nothing is known of its settings.", Tone::Muted});
        return section;
    }
    if (changed.rows.empty())
        section.blocks.push_back(Paragraph{"Every setting has its default."});
    else
        section.blocks.push_back(std::move(changed));
    Table edits{{{"changed while it went"}, {"at step", true}, {"from"}, {"to"}}};
    for (const events::Event& event : report.record.events)
        if (const auto* edited = std::get_if<events::Edited>(&event))
            edits.rows.push_back(
                {{edited->path, true}, {countOf(edited->step)}, {textOf(edited->before)}, {textOf(edited->after)}});
    if (!edits.rows.empty())
        section.blocks.push_back(std::move(edits));
    all.fold = "All " + countOf(std::int64_t(all.rows.size())) + " settings";
    section.blocks.push_back(std::move(all));
    return section;
}

}
