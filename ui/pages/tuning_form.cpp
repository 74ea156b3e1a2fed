// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/tuning_form.h"

#include "core/session/inspect.h"
#include "core/spec/experiment.h"
#include "core/tune/pruner.h"
#include "core/tune/sampler.h"
#include "core/tune/tunable.h"
#include "ui/bridge/study_desk.h"
#include "ui/bridge/workbench.h"
#include "ui/forms/schema_form.h"
#include "ui/pages/items_form.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QComboBox>
#include <QCompleter>
#include <QLineEdit>
#include <QVBoxLayout>

namespace ui::pages {

using core::base::Array;
using core::base::Field;
using core::base::Object;
using core::base::Schema;
using core::base::Value;
using style::Label;
using style::Tone;

namespace {

const Schema& tuningSchema()
{
    return core::tune::tuningFields().schema();
}

/// What strategies and early stoppings there are.
const core::base::Catalog& strategies()
{
    static const core::base::Catalog catalog = [] {
        core::base::Catalog made;
        made.add(core::tune::allSamplers().family());
        made.add(core::tune::allPruners().family());
        return made;
    }();
    return catalog;
}

/// Of an item of one of its lists.
const Schema& itemSchema(const char* key)
{
    for (const Field& field : tuningSchema().fields)
        if (field.key == key)
            return *std::get<core::base::Group>(std::get<std::shared_ptr<const core::base::List>>(field.domain)->items)
                        .schema;
    return tuningSchema();
}

bridge::ExperimentDocument::Resolver resolverOf(const Schema& schema)
{
    return [&schema](const Value& given, const std::filesystem::path&) {
        return core::spec::check(schema, given, "", {strategies()});
    };
}

QStringList keysOf(const Schema& schema, const QStringList& without = {})
{
    QStringList keys;
    for (const Field& field : schema.fields)
        if (const QString key = QString::fromStdString(field.key); !without.contains(key))
            keys << key;
    return keys;
}

void leaves(const Value& value, const std::string& path, std::vector<std::string>& found)
{
    if (!value.isObject()) {
        found.push_back(path);
        return;
    }
    if (value.object().find("kind"))
        found.push_back(path);
    for (const auto& [key, below] : value.object())
        if (key != "kind")
            leaves(below, path.empty() ? key : path + '.' + key, found);
}

void setCompletions(forms::SchemaForm& form, const char* path, const QStringList& words)
{
    forms::FieldRow* row = form.row(QString::fromLatin1(path));
    auto* line = row ? row->findChild<QLineEdit*>() : nullptr;
    if (!line)
        return;
    auto* completer = new QCompleter(words, line);
    completer->setFilterMode(Qt::MatchContains);
    completer->setCaseSensitivity(Qt::CaseInsensitive);
    line->setCompleter(completer);
}

}

TuningForm::TuningForm(bridge::Workbench& bench, bridge::StudyDesk& desk, QWidget* parent)
    : QWidget(parent),
      m_bench(bench),
      m_desk(desk),
      m_document(resolverOf(tuningSchema())),
      m_settings(new forms::SchemaForm(m_document, tuningSchema(), strategies())),
      m_objectives(new ItemsForm({tr("Objective"), tr("Add an objective"), "metric", true}, itemSchema("objective"),
                                 strategies(), resolverOf(itemSchema("objective")), "tuneObjective")),
      m_parameters(new ItemsForm({tr("Parameter that is tuned"), tr("Add"), "path", false}, itemSchema("parameters"),
                                 strategies(), resolverOf(itemSchema("parameters")), "tuneParameter")),
      m_estimate(new Label({}, Tone::Body)),
      m_problem(new Label({}, Tone::Problem)),
      m_warnings(new Label({}, Tone::Muted))
{
    build();
    connect(&m_document, &bridge::ExperimentDocument::changed, this, &TuningForm::write);
    for (ItemsForm* each : {m_objectives, m_parameters}) {
        connect(each, &ItemsForm::changed, this, &TuningForm::write);
        connect(each, &ItemsForm::shownChanged, this, &TuningForm::complete);
    }
    connect(&bench.document(), &bridge::ExperimentDocument::changed, this, &TuningForm::load);
    connect(&desk, &bridge::StudyDesk::planChanged, this, &TuningForm::showPlan);
    connect(&desk, &bridge::StudyDesk::studiesChanged, this, &TuningForm::complete);
    load();
}

forms::SchemaForm& TuningForm::parameter()
{
    return m_parameters->form();
}

forms::SchemaForm& TuningForm::objective()
{
    return m_objectives->form();
}

QComboBox* TuningForm::parameters() const
{
    return m_parameters->choice();
}

void TuningForm::build()
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 8);
    column->setSpacing(4);
    for (Label* each : {m_estimate, m_problem, m_warnings}) {
        each->setWordWrap(true);
        column->addWidget(each);
    }
    m_estimate->setObjectName("tuneEstimate");
    m_problem->setObjectName("tuneProblem");
    const auto part = [&](const QString& title, QWidget* form) {
        column->addSpacing(8);
        column->addWidget(new Label(title, Tone::Strong));
        column->addWidget(form);
    };
    part(tr("Objective"), m_objectives);
    part(tr("Parameters"), m_parameters);
    part(tr("Strategy"), m_settings);
    column->addStretch(1);
    m_settings->setPaths(keysOf(tuningSchema(), {QStringLiteral("objective"), QStringLiteral("parameters")}));
}

Array TuningForm::list(const char* key) const
{
    const Value& value = m_document.given()[key];
    return value.isArray() ? value.array() : value.isNull() ? Array{} : Array{value};
}

void TuningForm::load()
{
    const Value& given = m_bench.document().given()["tuning"];
    if (m_loading || (m_loaded && given == m_document.given()))
        return;
    m_loading = m_loaded = true;
    m_document.open(given.isObject() ? given : Value(Object{}));
    Array objectives = list("objective");
    if (objectives.empty())
        objectives.push_back(Object{});
    m_objectives->setItems(std::move(objectives));
    m_parameters->setItems(list("parameters"));
    m_loading = false;
    complete();
}

void TuningForm::write()
{
    if (m_loading)
        return;
    m_loading = true;
    if (m_parameters->items() != list("parameters"))
        m_document.set("parameters", m_parameters->items());
    const Array& objectives = m_objectives->items();
    const bool given = objectives.size() > 1 || (objectives.size() == 1 && !objectives.front().object().empty());
    if (given && objectives != list("objective"))
        m_document.set("objective", objectives);
    if (m_bench.document().given()["tuning"] != m_document.given())
        m_bench.document().set("tuning", m_document.given());
    m_loading = false;
}

QStringList TuningForm::tunablePaths() const
{
    std::vector<std::string> found;
    leaves(m_bench.document().resolved(), {}, found);
    const core::tune::TuningSubject subject{&core::spec::experimentFields().schema(), &m_bench.document().resolved(),
                                            &core::session::catalog()};
    QStringList paths;
    for (const std::string& path : found) {
        core::tune::TuningSpec spec;
        spec.parameters.push_back({path});
        if (core::tune::tunableAt(spec, 0, subject))
            paths << QString::fromStdString(path);
    }
    return paths;
}

void TuningForm::complete()
{
    setCompletions(parameter(), "path", tunablePaths());
    QStringList metrics, others, studies;
    if (const core::session::StudyPlan* plan = m_desk.planned())
        for (const std::string& metric : plan->metrics)
            metrics << QString::fromStdString(metric);
    else
        metrics = {QStringLiteral("validation/loss"), QStringLiteral("validation/accuracy")};
    setCompletions(objective(), "metric", metrics);
    for (const Value& each : m_parameters->items())
        others << QString::fromStdString(each["path"].text());
    setCompletions(parameter(), "when.path", others);
    for (const core::session::StudyFolder& study : m_desk.studies())
        studies << QString::fromStdString(study.id());
    setCompletions(*m_settings, "warm_start.parents", studies);
}

void TuningForm::showPlan()
{
    m_problem->setVisible(m_desk.planProblem().has_value());
    m_warnings->setVisible(m_desk.planned() && !m_desk.planned()->warnings.empty());
    m_estimate->setVisible(m_desk.planned() || m_desk.planning());
    if (const auto& problem = m_desk.planProblem())
        m_problem->setText(QStringLiteral("▲ ") + QString::fromStdString(core::base::describe(*problem)));
    const core::session::StudyPlan* plan = m_desk.planned();
    if (!plan) {
        m_estimate->setText(tr("Looking at what this would take…"));
        return;
    }
    const core::tune::Estimate& estimate = plan->estimate;
    QString text = estimate.jobs == 1 ? tr("1 trial") : tr("%1 trials").arg(style::count(estimate.jobs));
    text += tr(", %1 at once").arg(style::count(plan->spec.maxParallelJobs));
    if (estimate.seconds)
        text += tr(", about %1").arg(style::duration(*estimate.seconds));
    if (estimate.trialSeconds)
        text += tr(", a trial %1").arg(style::duration(*estimate.trialSeconds));
    if (estimate.cost)
        text += tr(", at a cost of about %1").arg(style::number(*estimate.cost, 3));
    if (const auto share = plan->share())
        text += QStringLiteral(".\n") + QString::fromStdString(core::session::inWords(*share));
    m_estimate->setText(text);
    QStringList warnings;
    for (const core::base::Error& warning : plan->warnings)
        warnings << QStringLiteral("▲ ") + QString::fromStdString(core::base::describe(warning));
    m_warnings->setText(warnings.join(QLatin1Char('\n')));
    complete();
}

}
