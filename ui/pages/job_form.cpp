// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/job_form.h"

#include "core/spec/job.h"
#include "ui/bridge/workbench.h"
#include "ui/forms/schema_form.h"
#include "ui/models/jobs_table.h"
#include "ui/pages/items_form.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QCompleter>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace ui::pages {

using core::base::Array;
using core::base::Object;
using core::base::Schema;
using core::base::Value;
using style::Label;
using style::Tone;

namespace {

const Schema& jobSchema()
{
    return core::spec::jobFields().schema();
}

const core::base::Catalog& jobLaws()
{
    static const core::base::Catalog catalog = [] {
        core::base::Catalog made;
        made.add(core::spec::interruptionLaws());
        return made;
    }();
    return catalog;
}

const Schema& metricSchema()
{
    for (const core::base::Field& field : jobSchema().fields)
        if (field.key == "metric_definitions")
            return *std::get<core::base::Group>(std::get<std::shared_ptr<const core::base::List>>(field.domain)->items)
                        .schema;
    return jobSchema();
}

// A form's places begin at the part.
core::spec::Checked checkPart(const Value& given, const std::filesystem::path& folder)
{
    core::spec::Checked checked = core::spec::checkJob(given, folder);
    for (core::base::Error& problem : checked.problems)
        if (problem.where.starts_with("/job"))
            problem.where.erase(0, 4);
    return checked;
}

core::spec::Checked checkMetric(const Value& given, const std::filesystem::path&)
{
    return core::spec::check(metricSchema(), given, "", {jobLaws()});
}

}

JobForm::JobForm(bridge::Workbench& bench, QWidget* parent)
    : QWidget(parent),
      m_bench(bench),
      m_document(checkPart),
      m_settings(new forms::SchemaForm(m_document, jobSchema(), jobLaws())),
      m_script(new forms::SchemaForm(m_document, jobSchema(), jobLaws())),
      m_metrics(new ItemsForm({tr("Metric that is read from the log"), tr("Add"), "name", false}, metricSchema(),
                              jobLaws(), checkMetric, "jobMetric")),
      m_submit(new QPushButton(tr("Put into the queue"))),
      m_instance(new Label({}, Tone::Muted)),
      m_problem(new Label({}, Tone::Problem))
{
    build();
    connect(m_submit, &QPushButton::clicked, this, &JobForm::submitWanted);
    connect(&m_document, &bridge::ExperimentDocument::changed, this, &JobForm::write);
    connect(m_metrics, &ItemsForm::changed, this, &JobForm::write);
    connect(&bench.document(), &bridge::ExperimentDocument::changed, this, &JobForm::load);
    load();
}

void JobForm::build()
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 12, 0, 8);
    column->setSpacing(4);
    m_submit->setObjectName("jobSubmit");
    m_submit->setProperty("primary", true);
    m_submit->setToolTip(tr("The experiment in front becomes a job: it runs in a process of its own when its turn "
                            "comes"));
    column->addWidget(new Label(tr("This experiment as a job"), Tone::Strong));
    column->addWidget(m_submit);
    m_problem->setObjectName("jobProblem");
    for (Label* each : {m_problem, m_instance}) {
        each->setWordWrap(true);
        column->addWidget(each);
    }
    m_instance->setObjectName("jobInstance");
    column->addWidget(m_settings);
    auto* prices = new QPushButton(tr("Choose an instance…"));
    prices->setProperty("flat", true);
    prices->setObjectName("jobChooseInstance");
    prices->setToolTip(tr("Opens the price table: devices, memory and prices of the instances"));
    connect(prices, &QPushButton::clicked, this, &JobForm::pricesWanted);
    m_settings->setFooter(QStringLiteral("instance"), prices);
    column->addSpacing(8);
    column->addWidget(new Label(tr("A program of your own"), Tone::Strong));
    column->addWidget(m_script);
    column->addWidget(m_metrics);
    column->addStretch(1);
    const auto paths = [](std::initializer_list<const char*> keys) {
        QStringList all;
        for (const char* key : keys)
            all << QString::fromLatin1(key);
        return all;
    };
    // What unfolds stands last.
    m_settings->setPaths(paths({"instance", "instance_count", "spot", "fallback", "max_run_s", "max_wait_s", "priority",
                                "notify", "interruption"}));
    m_script->setPaths(paths({"command", "hyperparameters", "channels", "environment"}));
}

void JobForm::setPrices(const core::jobs::PriceTable& table)
{
    m_prices = table;
    QStringList names;
    for (const core::jobs::Instance& each : table.instances)
        if (each.notForTraining.empty())
            names << QString::fromStdString(each.name);
    if (forms::FieldRow* row = m_settings->row(QStringLiteral("instance")))
        if (auto* line = row->findChild<QLineEdit*>()) {
            auto* completer = new QCompleter(names, line);
            completer->setFilterMode(Qt::MatchContains);
            completer->setCaseSensitivity(Qt::CaseInsensitive);
            line->setCompleter(completer);
        }
    showInstance();
}

void JobForm::load()
{
    const Value& given = m_bench.document().given()["job"];
    if (m_loading || (m_loaded && given == m_document.given()))
        return;
    m_loading = m_loaded = true;
    m_document.open(given.isObject() ? given : Value(Object{}));
    const Value& metrics = m_document.given()["metric_definitions"];
    m_metrics->setItems(metrics.isArray() ? metrics.array() : Array{});
    m_loading = false;
    showInstance();
}

void JobForm::write()
{
    if (m_loading)
        return;
    m_loading = true;
    const Value& metrics = m_document.given()["metric_definitions"];
    if (m_metrics->items() != (metrics.isArray() ? metrics.array() : Array{}))
        m_document.set("metric_definitions", m_metrics->items());
    if (m_bench.document().given()["job"] != m_document.given())
        m_bench.document().set("job", m_document.given());
    m_loading = false;
    showInstance();
}

void JobForm::showInstance()
{
    const std::string name = m_document.given()["instance"].text();
    const auto row = std::ranges::find(m_prices.instances, name, &core::jobs::Instance::name);
    QString problem;
    for (const core::base::Error& each : m_document.problems())
        problem = QString::fromStdString(core::base::describe(each));
    if (!name.empty() && problem.isEmpty() && !m_prices.instances.empty()) // it is read a moment later
        if (const auto trains = m_prices.forTraining(name); !trains)
            problem = QString::fromStdString(trains.error().message);
    m_problem->setVisible(!problem.isEmpty());
    m_problem->setText(QStringLiteral("▲ ") + problem);
    m_submit->setEnabled(problem.isEmpty());
    m_instance->setVisible(row != m_prices.instances.end() && problem.isEmpty());
    if (row == m_prices.instances.end())
        return;
    const QString currency = QString::fromStdString(m_prices.currency);
    QString text = row->devices > 0 ? tr("%1 × %2, %3 GB each")
                                          .arg(style::count(row->devices), QString::fromStdString(row->device),
                                               style::number(row->deviceMemoryGb))
                                    : tr("%1 vCPU, %2 GB").arg(style::count(row->vcpus), style::number(row->memoryGb));
    text += tr("; %1 an hour").arg(models::moneyText(row->pricePerHour, currency));
    if (row->spotPricePerHour)
        text += tr(", spot %1").arg(models::moneyText(*row->spotPricePerHour, currency));
    m_instance->setText(text + tr(". Prices of %1: check them.").arg(QString::fromStdString(m_prices.date)));
}

}
