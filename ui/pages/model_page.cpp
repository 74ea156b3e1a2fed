// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/model_page.h"

#include "ui/bridge/time_travel.h"
#include "ui/bridge/workbench.h"
#include "ui/models/run_model.h"
#include "ui/pages/hairline.h"
#include "ui/pages/network_view.h"
#include "ui/pages/transfer_panel.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QGridLayout>
#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace ui::pages {

using core::base::Array;
using core::base::Object;
using core::base::Result;
using core::base::Value;
using core::session::ModelPreview;
using style::Label;
using style::Tone;

namespace {

constexpr int sideWidth = 240;

// Weights are kept as 32-bit numbers.
constexpr std::uint64_t weightBytes = 4;

QGridLayout* factGrid(QWidget* parent, const QStringList& names, std::vector<std::pair<Label*, Label*>>& facts)
{
    auto* grid = new QGridLayout;
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(0);
    for (int i = 0; i < names.size(); ++i) {
        auto* name = new Label(names[i], Tone::Muted, parent);
        auto* value = new Label({}, Tone::Strong, parent);
        value->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        name->setFixedHeight(24);
        grid->addWidget(name, i, 0);
        grid->addWidget(value, i, 1);
        facts.emplace_back(name, value);
    }
    return grid;
}

}

ModelPage::ModelPage(bridge::Workbench& bench, QWidget* parent)
    : Page(parent),
      m_bench(bench),
      m_network(new NetworkView(this)),
      m_title(new Label({}, Tone::Heading, this)),
      m_sum(new Label({}, Tone::Muted, this)),
      m_state(new Label({}, Tone::Muted, this)),
      m_failure(new Label({}, Tone::Problem, this)),
      m_estimate(new Label({}, Tone::Muted, this)),
      m_transfer(new TransferPanel(bench, this)),
      m_measure(new QPushButton(tr("Measure a few steps"), this)),
      m_add(new QPushButton(tr("Add a layer"), this))
{
    auto* head = new QHBoxLayout;
    head->setSpacing(12);
    head->addWidget(m_title);
    m_sum->setContentsMargins(0, 0, 0, 1);
    head->addWidget(m_sum, 0, Qt::AlignBottom);
    head->addStretch();
    head->addWidget(m_state);
    auto* side = new QVBoxLayout;
    side->setSpacing(8);
    side->addWidget(m_add, 0, Qt::AlignLeft);
    side->addWidget(new Label(tr("Totals"), Tone::Strong, this));
    side->addLayout(factGrid(this, {tr("layers"), tr("parameters"), tr("weights"), tr("memory to train")}, m_facts));
    side->addSpacing(8);
    side->addWidget(new Hairline);
    side->addSpacing(8);
    side->addWidget(m_transfer);
    side->addSpacing(8);
    side->addWidget(new Hairline);
    side->addSpacing(8);
    side->addWidget(new Label(tr("Time of a run"), Tone::Strong, this));
    m_estimate->setWordWrap(true);
    side->addWidget(m_estimate);
    side->addWidget(m_measure, 0, Qt::AlignLeft);
    side->addStretch();
    m_failure->setWordWrap(true);
    m_failure->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* left = new QVBoxLayout;
    left->setSpacing(8);
    left->addWidget(m_failure);
    left->addWidget(m_network, 1);
    auto* sideWidget = new QWidget(this);
    sideWidget->setLayout(side);
    sideWidget->setFixedWidth(sideWidth);
    side->setContentsMargins(0, 0, 0, 0);
    auto* row = new QHBoxLayout;
    row->setSpacing(24);
    row->addLayout(left, 1);
    row->addWidget(sideWidget);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 16, 24, 12);
    column->setSpacing(16);
    column->addLayout(head);
    column->addLayout(row, 1);
    m_failure->hide();
    offerKinds();
    connect(m_network, &NetworkView::chosen, this, [this](int index) {
        if (!m_add->isHidden())
            Q_EMIT wanted(QStringLiteral("model.layers.%1").arg(index));
    });
    connect(m_network, &NetworkView::removed, this, [this](int index) {
        edit(tr("Take a layer out"), [&](Array& layers) { layers.erase(layers.begin() + index); });
    });
    connect(m_network, &NetworkView::moved, this, [this](int from, int to) {
        edit(tr("Move a layer"), [&](Array& layers) {
            Value carried = std::move(layers[std::size_t(from)]);
            layers.erase(layers.begin() + from);
            layers.insert(layers.begin() + to, std::move(carried));
        });
    });
    connect(m_network, &NetworkView::freezeToggled, m_transfer, &TransferPanel::toggle);
    connect(m_measure, &QPushButton::clicked, this, &ModelPage::measure);
    connect(&m_preview, &bridge::Preview::slow, this,
            [this](bool slow) { m_state->setText(slow ? tr("reading the data's shape…") : QString()); });
    connect(&m_measuring, &bridge::Preview::slow, this, [this](bool slow) {
        if (slow)
            m_estimate->setText(tr("Measuring on scratch weights…"));
    });
    connect(&bench.document(), &bridge::ExperimentDocument::changed, this, &ModelPage::ask);
    connect(&bench, &bridge::Workbench::stateChanged, this, &ModelPage::showFacts);
    connect(&bench, &bridge::Workbench::advanced, this, [this] {
        if (isVisible() && m_shown.estimator)
            showFacts();
        showSparks();
    });
    connect(&bench, &bridge::Workbench::frontChanged, this, &ModelPage::showSparks);
    connect(&bench.travel(), &bridge::TimeTravel::moved, this, &ModelPage::showSparks);
}

// A new layer stands behind the chosen one, or at the end.
void ModelPage::offerKinds()
{
    m_add->hide();
    m_add->setObjectName(QStringLiteral("add layer"));
    m_add->setToolTip(tr("Adds a layer behind the chosen block. Blocks are dragged into order; Delete takes one out."));
    auto* menu = new QMenu(m_add);
    menu->setToolTipsVisible(true);
    const core::base::Family* layers = core::session::catalog().find("layers");
    for (const core::base::Entry& entry : layers->entries)
        menu->addAction(QString::fromStdString(entry.kind), this,
                        [this, kind = entry.kind] {
                            edit(tr("Add a layer"), [&](Array& list) {
                                const int current = m_network->current();
                                const std::size_t place =
                                    current >= 0 ? std::min(std::size_t(current) + 1, list.size()) : list.size();
                                list.insert(list.begin() + std::ptrdiff_t(place), Object{{"kind", kind}});
                                m_network->setCurrent(int(place));
                            });
                        })
            ->setToolTip(QString::fromStdString(entry.title + ". " + entry.help));
    m_add->setMenu(menu);
}

void ModelPage::edit(const QString& what, const std::function<void(Array&)>& change)
{
    const bridge::ExperimentDocument& document = m_bench.document();
    Array layers = document.given()["model"]["layers"].array();
    if (layers.empty())
        layers = document.resolved()["model"]["layers"].array();
    change(layers);
    m_bench.document().setAll({{QStringLiteral("model.layers"), std::move(layers)}}, what);
}

void ModelPage::showEvent(QShowEvent*)
{
    ask();
    showSparks();
}

void ModelPage::ask()
{
    if (!isVisible())
        return;
    const Value resolved = m_bench.document().resolved();
    const Value asked = Object{{"data", resolved["data"]},
                               {"split", resolved["split"]},
                               {"model", resolved["model"]},
                               {"train", resolved["train"]}};
    if (asked == m_asked)
        return;
    m_asked = asked;
    m_estimate->setText(tr("Not measured for these settings."));
    m_preview.ask([resolved] { return core::session::previewModel(resolved); },
                  [this](Result<ModelPreview> preview) { take(std::move(preview)); });
}

void ModelPage::take(Result<ModelPreview> preview)
{
    m_failure->setVisible(!preview);
    if (!preview) {
        const auto& error = preview.error();
        QString text = QStringLiteral("▲ ") +
                       QString::fromStdString(error.where.empty() ? error.message : error.where + ": " + error.message);
        if (!error.advice.empty())
            text += QStringLiteral(". ") + QString::fromStdString(error.advice);
        m_failure->setText(text);
        m_shown = {};
    } else
        m_shown = std::move(*preview);
    const Value& model = m_bench.document().resolved()["model"];
    const bool free = model["kind"].text() == "sequential";
    m_network->setEditable(free ? int(model["layers"].array().size()) : 0);
    m_add->setVisible(free);
    m_network->setNetwork(m_shown.inputShape, m_shown.layers);
    showSparks();
    m_network->setLearning(m_shown.learning);
    m_transfer->show(m_shown);
    showFacts();
}

// Of the run in front, if it is of the network that is drawn; up to where the time bar stands.
void ModelPage::showSparks()
{
    const models::RunModel* run = m_bench.front();
    if (!isVisible())
        return;
    std::size_t rows = 0;
    if (run)
        for (const auto& [name, series] : run->tensors())
            rows += series.steps.size();
    const QString shown = QStringLiteral("%1 %2 %3 %4")
                              .arg(quintptr(run))
                              .arg(rows)
                              .arg(run ? run->shownStep().value_or(-1) : -1)
                              .arg(quintptr(m_shown.layers.data()));
    if (shown == m_sparksShown)
        return;
    m_sparksShown = shown;
    const bool same = run && !m_shown.estimator && run->spec()["model"] == m_bench.document().resolved()["model"];
    m_network->setSparks(same ? models::sparksOf(run->tensors(), run->shownStep())
                              : std::map<std::string, models::LayerSpark>{});
}

void ModelPage::showFacts()
{
    const Value* kind = m_bench.document().resolved().at("model.kind");
    const auto* family = core::session::catalog().find("models");
    const auto* entry = family && kind ? family->find(kind->text()) : nullptr;
    m_title->setText(QString::fromStdString(entry ? entry->title : std::string()));
    const bool fits = std::all_of(m_shown.layers.begin(), m_shown.layers.end(),
                                  [](const auto& layer) { return layer.problem.empty(); });
    const bool some = !m_shown.layers.empty();
    m_sum->setTone(fits ? Tone::Muted : Tone::Problem);
    if (m_shown.estimator)
        showRounds();
    else
        showNetwork(some, fits);
    m_facts[3].second->setText(some ? style::bytes(m_shown.bytes) : QString());
    m_measure->setEnabled(some && fits && !m_bench.training());
}

void ModelPage::nameFacts(const QStringList& names, const QString& memory)
{
    for (int i = 0; i < names.size(); ++i)
        m_facts[std::size_t(i)].first->setText(names[i]);
    m_facts[3].first->setToolTip(memory);
}

void ModelPage::showNetwork(bool some, bool fits)
{
    nameFacts({tr("layers"), tr("parameters"), tr("weights")},
              tr("Weights, gradients, optimizer state and one batch's activations"));
    m_sum->setText(!some  ? QString()
                   : fits ? tr("%1 parameters").arg(style::count(m_shown.parameters))
                          : tr("does not fit: see the outlined block"));
    m_facts[0].second->setText(some ? style::count(qint64(m_shown.layers.size())) : QString());
    m_facts[1].second->setText(some ? style::count(m_shown.parameters) : QString());
    m_facts[2].second->setText(some ? style::bytes(std::uint64_t(m_shown.parameters) * weightBytes) : QString());
}

// Of an estimator nothing is there before it trains: how far the run in front has come stands beside the plan.
void ModelPage::showRounds()
{
    nameFacts({tr("rounds"), tr("rounds done"), tr("features")},
              tr("All training rows, once more in the model's own form"));
    m_sum->setText(tr("each epoch is a round over all training rows"));
    const models::RunModel* run = m_bench.front();
    const bool running = run && core::session::learnsInRounds(run->spec());
    std::int64_t features = 1;
    for (const std::int64_t side : m_shown.inputShape)
        features *= side;
    m_facts[0].second->setText(style::count(m_shown.rounds));
    m_facts[1].second->setText(style::count(running ? run->step() : 0));
    m_facts[2].second->setText(style::count(features));
}

void ModelPage::measure()
{
    m_measure->setEnabled(false);
    const Value resolved = m_bench.document().resolved();
    m_measuring.ask(
        [resolved, device = m_bench.device().toStdString()] { return core::session::estimate(resolved, device); },
        [this](Result<core::session::Estimate> estimate) {
            m_measure->setEnabled(true);
            if (!estimate) {
                m_estimate->setText(QStringLiteral("▲ ") + QString::fromStdString(estimate.error().message));
                return;
            }
            const QString threads = estimate->threads == 1 ? tr("1 thread") : tr("%1 threads").arg(estimate->threads);
            m_estimate->setText(tr("About %1 for the whole run: %2 steps a second on %3.")
                                    .arg(style::duration(estimate->seconds),
                                         style::number(1 / std::max(estimate->secondsPerStep, 1e-12), 3), threads));
        });
}

}
