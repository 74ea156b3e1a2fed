// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/report_parts.h"

#include "core/session/data_view.h"
#include "core/session/futures.h"
#include "core/session/inspect.h"
#include "core/session/rules.h"
#include "core/spec/experiment.h"

#include <algorithm>

namespace core::session {

using base::Value;
using report::RunReport;

namespace report_parts {

constexpr std::size_t mostBranches = 24;

// Leaves by dotted path; a list is one of them.
void walk(const Value& value, const std::string& path,
          const std::function<void(const std::string&, const Value&)>& tell)
{
    if (!value.isObject() || value.object().empty())
        return tell(path, value);
    for (const auto& [key, inner] : value.object())
        walk(inner, path.empty() ? key : path + "." + key, tell);
}

// What stands there if nobody says anything, for the kinds that were chosen.
Value usualOf(const std::string& path, const Value& resolved, const Value& plain, const base::Field* field)
{
    if (const auto dot = path.rfind('.'); dot != path.npos && path.substr(dot + 1) == "kind") {
        const base::Field* parent =
            spec::fieldAt(spec::experimentFields().schema(), resolved, path.substr(0, dot), catalog());
        if (parent && (parent->fallback.isText() || parent->fallback["kind"].isText()))
            return parent->fallback.isText() ? parent->fallback : parent->fallback["kind"];
    }
    const Value* known = plain.at(path);
    return known ? *known : field ? field->fallback : Value();
}

}

std::vector<report::Setting> settingsWithDefaults(const Value& resolved)
{
    std::vector<report::Setting> settings;
    const Value plain = spec::resolve(base::Object{}, {catalog()}).value;
    report_parts::walk(resolved, {}, [&](const std::string& path, const Value& value) {
        const base::Field* field = spec::fieldAt(spec::experimentFields().schema(), resolved, path, catalog());
        report::Setting setting{path, value, report_parts::usualOf(path, resolved, plain, field)};
        // Kinds have parameters of one name with defaults of their own.
        if (field && !(setting.usual == value) && field->fallback == value)
            setting.usual = value;
        setting.changed = !(setting.usual == value);
        setting.unit = field ? field->unit : std::string();
        settings.push_back(std::move(setting));
    });
    std::ranges::stable_sort(settings, std::greater{}, &report::Setting::changed);
    return settings;
}

std::vector<report::Watched> watchedBy(const store::RunRecord& record, const std::filesystem::path& runs)
{
    const RuleReport checked = checkRun(record, rulesOf(record), runs);
    std::vector<report::Watched> all;
    for (std::size_t i = 0; i < checked.rules.size(); ++i) {
        const events::RuleStateChanged& state = checked.found.states[i];
        report::Watched one{state.rule, checked.rules[i].rule,  state.state, state.details, checked.rules[i].params,
                            false,      checked.found.counts[i]};
        for (const events::Finding& finding : checked.found.findings)
            if (finding.rule == state.rule) {
                if (!one.first)
                    one.first = finding;
                one.last = std::max(one.last, finding.step);
            }
        if (const debug::RuleFacts* facts = debug::allRules().facts(one.rule)) {
            one.ours = facts->ours;
            if (one.first) {
                one.why = facts->why;
                if (const auto found = checked.causes.find(state.rule); found != checked.causes.end())
                    one.causes = found->second;
                one.fixes = offersFor(one.rule, settingsAt(record.spec, record.events, one.first->step));
            }
        }
        all.push_back(std::move(one));
    }
    return all;
}

namespace report_parts {

// Seeds and names tell runs apart that try the same.
Value comparable(Value spec)
{
    if (spec.isObject())
        spec.object().erase("name");
    (void)spec.setAt("train.seed", 0);
    return spec;
}

bool isTryOf(const debug::Offer& fix, const Value& run, const Value& branch)
{
    Value changed = run;
    for (const auto& [path, value] : fix.changes)
        if (!changed.setAt(path, value))
            return false;
    const spec::Checked checked = spec::resolve(changed, {catalog()});
    return checked.problems.empty() && comparable(checked.value) == comparable(branch);
}

}

void judgeBranches(RunReport& report)
{
    std::size_t judged = 0;
    for (const store::TreeNode& node : report.family) {
        if (node.run.parent != report.record.id || !node.run.problem.empty() || judged++ >= report_parts::mostBranches)
            continue;
        const auto branch = store::readRun(node.run.folder);
        if (!branch)
            continue;
        report::Tried tried{node.run.id, {}, node.run.parentStep, {}, {}, 0};
        for (const spec::Difference& change : node.changes)
            tried.changes.emplace_back(change.path, change.after);
        if (const auto verdict = judge(report.record, std::span(&*branch, 1))) {
            tried.verdict = verdict->sentence();
            tried.better = verdict->figures.empty() ? 0 : verdict->figures.front().verdict;
        }
        bool known = false;
        // What the branch began with: edits at its step or behind it came later.
        const Value begun = settingsAt(report.record.spec, report.record.events, node.run.parentStep - 1);
        for (report::Watched& rule : report.rules)
            for (const debug::Offer& fix : rule.fixes)
                if (report_parts::isTryOf(fix, begun, branch->spec)) {
                    tried.label = fix.label;
                    rule.tried.push_back(tried);
                    known = true;
                }
        tried.label.clear();
        if (!known)
            report.branches.push_back(std::move(tried));
    }
}

namespace report_parts {

void takeColumns(const DataView& view, report::DataFacts& data)
{
    data.classRows = view.classCounts();
    for (const ColumnHead& column : view.columns())
        if (column.role == CellRole::Target && data.classes.empty() && column.kind == CellKind::Number)
            data.targets = {column.min, column.max, {column.histogram.begin(), column.histogram.end()}};
    for (const data::Problem& problem : view.problems())
        data.problems.push_back({problem.kind, problem.column, problem.message, problem.remedy});
}

void takeModel(const ModelPreview& preview, report::ModelFacts& model)
{
    model.inputShape = preview.inputShape;
    model.trainable = preview.estimator ? -1 : preview.trainable;
    if (!preview.estimator)
        model.parameters = preview.parameters;
    for (const model::LayerInfo& layer : preview.layers)
        model.layers.push_back({layer.name, layer.type, layer.text, layer.outputShape, layer.parameters});
}

}

void lookAtData(RunReport& report)
{
    const auto view = DataView::open(report.record.spec);
    if (!view) {
        report.data.unread = describe(view.error());
        return;
    }
    const data::DatasetInfo& info = (*view)->info();
    report.data.task = info.task;
    report.data.modality = std::string(data::name(info.modality));
    report.data.target = info.target;
    report.data.features = std::int64_t(info.features.size());
    report.data.classes = info.classes;
    report.data.splitKind = (*view)->splitKind();
    if (report.data.rows[0] == 0)
        report.data.rows = (*view)->splitRows();
    report_parts::takeColumns(**view, report.data);
    if (const auto preview = previewModel(report.record.spec, info))
        report_parts::takeModel(*preview, report.model);
}

}
