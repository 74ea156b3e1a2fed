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
#include "ui/pages/hairline.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QComboBox>
#include <QCompleter>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
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
      m_objectiveDocument(resolverOf(itemSchema("objective"))),
      m_parameterDocument(resolverOf(itemSchema("parameters"))),
      m_settings(new forms::SchemaForm(m_document, tuningSchema(), strategies())),
      m_objective(new forms::SchemaForm(m_objectiveDocument, itemSchema("objective"), strategies())),
      m_parameter(new forms::SchemaForm(m_parameterDocument, itemSchema("parameters"), strategies())),
      m_choice(new QComboBox),
      m_add(new QPushButton(tr("Add"))),
      m_remove(new QPushButton(tr("Remove"))),
      m_estimate(new Label({}, Tone::Body)),
      m_problem(new Label({}, Tone::Problem)),
      m_warnings(new Label({}, Tone::Muted))
{
    build();
    for (bridge::ExperimentDocument* each : {&m_document, &m_objectiveDocument, &m_parameterDocument})
        connect(each, &bridge::ExperimentDocument::changed, this, &TuningForm::write);
    connect(&bench.document(), &bridge::ExperimentDocument::changed, this, &TuningForm::load);
    connect(&desk, &bridge::StudyDesk::planChanged, this, &TuningForm::showPlan);
    connect(m_choice, &QComboBox::activated, this, &TuningForm::showParameter);
    connect(m_add, &QPushButton::clicked, this, &TuningForm::addParameter);
    connect(m_remove, &QPushButton::clicked, this, &TuningForm::removeParameter);
    load();
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
    column->addSpacing(8);
    column->addWidget(new Label(tr("Objective"), Tone::Strong));
    column->addWidget(m_objective);
    column->addSpacing(8);
    column->addWidget(new Label(tr("Parameters"), Tone::Strong));
    column->addWidget(m_choice);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(0, 0, 0, 0);
    for (QPushButton* each : {m_add, m_remove}) {
        each->setProperty("flat", true);
        row->addWidget(each);
    }
    row->addStretch(1);
    column->addLayout(row);
    column->addWidget(m_parameter);
    column->addSpacing(8);
    column->addWidget(new Label(tr("Strategy"), Tone::Strong));
    column->addWidget(m_settings);
    column->addStretch(1);
    m_choice->setObjectName("tuneParameter");
    m_choice->setAccessibleName(tr("Parameter that is tuned"));
    m_choice->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_add->setObjectName("tuneAdd");
    m_remove->setObjectName("tuneRemove");
    m_objective->setPaths(keysOf(itemSchema("objective")));
    m_parameter->setPaths(keysOf(itemSchema("parameters"), {QStringLiteral("when")}));
    m_settings->setPaths(keysOf(
        tuningSchema(), {QStringLiteral("objective"), QStringLiteral("parameters"), QStringLiteral("warm_start")}));
}

Array TuningForm::list(const char* key) const
{
    const Value& value = m_document.given()[key];
    return value.isArray() ? value.array() : value.isNull() ? Array{} : Array{value};
}

void TuningForm::load()
{
    const Value& given = m_bench.document().given()["tuning"];
    if (m_loading || (m_shown != -1 && given == m_document.given()))
        return;
    m_loading = true;
    m_document.open(given.isObject() ? given : Value(Object{}));
    const Array objectives = list("objective");
    m_objectiveDocument.open(objectives.empty() ? Value(Object{}) : objectives.front());
    m_loading = false;
    fillChoice(std::max(0, m_shown));
    showParameter(m_choice->currentIndex());
}

void TuningForm::fillChoice(int chosen)
{
    m_choice->clear();
    for (const Value& each : list("parameters"))
        m_choice->addItem(each["path"].text().empty() ? tr("not chosen") : QString::fromStdString(each["path"].text()));
    m_choice->setCurrentIndex(std::min(chosen, m_choice->count() - 1));
    m_remove->setEnabled(m_choice->count() > 0);
}

void TuningForm::showParameter(int index)
{
    m_loading = true;
    m_shown = index;
    const Array parameters = list("parameters");
    const bool some = index >= 0 && index < int(parameters.size());
    m_parameterDocument.open(some ? parameters[std::size_t(index)] : Value(Object{}));
    m_parameter->setVisible(some);
    m_loading = false;
    complete();
}

void TuningForm::addParameter()
{
    Array parameters = list("parameters");
    parameters.push_back(Object{{"path", ""}});
    const int last = int(parameters.size()) - 1;
    m_document.set("parameters", std::move(parameters));
    fillChoice(last);
    showParameter(last);
    m_parameter->focusField(QStringLiteral("path"));
}

void TuningForm::removeParameter()
{
    Array parameters = list("parameters");
    if (m_shown < 0 || m_shown >= int(parameters.size()))
        return;
    parameters.erase(parameters.begin() + m_shown);
    m_document.set("parameters", std::move(parameters));
    fillChoice(std::max(0, m_shown - 1));
    showParameter(m_choice->currentIndex());
}

void TuningForm::write()
{
    if (m_loading)
        return;
    m_loading = true;
    Array objectives = list("objective"), parameters = list("parameters");
    if (objectives.empty())
        objectives.emplace_back();
    if (!m_objectiveDocument.given().object().empty() && objectives.front() != m_objectiveDocument.given()) {
        objectives.front() = m_objectiveDocument.given();
        m_document.set("objective", std::move(objectives));
    }
    if (m_shown >= 0 && m_shown < int(parameters.size()) &&
        parameters[std::size_t(m_shown)] != m_parameterDocument.given()) {
        parameters[std::size_t(m_shown)] = m_parameterDocument.given();
        m_document.set("parameters", std::move(parameters));
        fillChoice(m_shown);
    }
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
    setCompletions(*m_parameter, "path", tunablePaths());
    QStringList metrics;
    if (const core::session::StudyPlan* plan = m_desk.planned())
        for (const std::string& metric : plan->metrics)
            metrics << QString::fromStdString(metric);
    else
        metrics = {QStringLiteral("validation/loss"), QStringLiteral("validation/accuracy")};
    setCompletions(*m_objective, "metric", metrics);
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
