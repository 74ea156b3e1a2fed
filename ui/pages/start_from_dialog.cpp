// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/start_from_dialog.h"

#include "ui/bridge/workbench.h"
#include "ui/pages/hairline.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QMimeData>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include <utility>

namespace ui::pages {

using core::base::Error;
using core::session::Offer;
using style::Label;
using style::Tone;

namespace {

QString metricText(const core::session::Card& card)
{
    for (const auto& [name, value] : card.metrics)
        if (name.ends_with("/accuracy"))
            return QObject::tr("%1 correct").arg(style::percent(value));
    for (const auto& [name, value] : card.metrics)
        if (name.starts_with("validation/"))
            return QString::fromStdString(name).section('/', 1) + QLatin1Char(' ') + style::number(value);
    return {};
}

QString factsText(const core::session::Card& card)
{
    QStringList facts{QString::fromStdString(card.network["kind"].text()),
                      QObject::tr("%1 parameters").arg(style::count(card.parameters)), style::bytes(card.bytes)};
    if (const QString metric = metricText(card); !metric.isEmpty())
        facts << metric;
    facts << (card.license.empty() ? QObject::tr("no licence given") : QString::fromStdString(card.license));
    return facts.join(QStringLiteral(" · "));
}

QString dataText(const core::session::Card& card)
{
    const QString source = QString::fromStdString(card.data["source"].text());
    if (source.isEmpty())
        return QObject::tr("imported: nothing is known of its data");
    QString text = source;
    if (const auto rows = card.data["rows"].toInt(); rows > 0)
        text += QObject::tr(", %1 rows").arg(style::count(rows));
    if (!card.classes.empty())
        text += QObject::tr(", %1 classes").arg(card.classes.size());
    return text;
}

}

StartFromDialog::StartFromDialog(bridge::Workbench& bench, QWidget* parent)
    : QDialog(parent),
      m_bench(bench),
      m_state(new Label({}, Tone::Muted)),
      m_failure(new Label({}, Tone::Problem)),
      m_advice(new Label({}, Tone::Strong)),
      m_reason(new Label({})),
      m_banner(new QWidget),
      m_apply(new QPushButton(tr("Do that"))),
      m_cards(new QVBoxLayout)
{
    setObjectName(QStringLiteral("startFrom"));
    setWindowTitle(tr("Start from…"));
    setAcceptDrops(true);
    resize(680, 620);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 20, 24, 20);
    column->setSpacing(12);
    auto* head = new QHBoxLayout;
    head->addWidget(new Label(tr("Start from what has been learned"), Tone::Heading));
    head->addStretch();
    head->addWidget(m_state);
    column->addLayout(head);
    auto* banner = new QVBoxLayout(m_banner);
    banner->setContentsMargins(0, 0, 0, 0);
    banner->setSpacing(8);
    m_reason->setWordWrap(true);
    m_apply->setProperty("primary", true);
    m_apply->setAutoDefault(false);
    m_apply->setObjectName(QStringLiteral("applySuggestion"));
    m_apply->setToolTip(
        tr("Sets the network, what is frozen and the rates as said here, in one step that can be "
           "undone.\nUnder 1,000 rows of a like kind: only the head. More: all layers, at 1e-4 and less "
           "below.\nAnother domain: lower rates, thawing from the top."));
    banner->addWidget(m_advice);
    banner->addWidget(m_reason);
    banner->addWidget(m_apply, 0, Qt::AlignLeft);
    banner->addWidget(new Hairline);
    column->addWidget(m_banner);
    m_failure->setWordWrap(true);
    column->addWidget(m_failure);
    auto* inside = new QWidget;
    m_cards->setContentsMargins(0, 0, 8, 0);
    m_cards->setSpacing(16);
    inside->setLayout(m_cards);
    inside->setAutoFillBackground(false);
    auto* scroll = new QScrollArea;
    scroll->setWidget(inside);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->viewport()->setAutoFillBackground(false);
    column->addWidget(scroll, 1);
    column->addLayout(makeFoot());
    m_banner->hide();
    m_failure->hide();
    connect(m_apply, &QPushButton::clicked, this, &StartFromDialog::applySuggestion);
    const auto wait = [this](bool slow) { m_state->setText(slow ? tr("looking what fits…") : QString()); };
    connect(&m_preview, &bridge::Preview::slow, this, wait);
    connect(&m_importing, &bridge::Preview::slow, this,
            [this](bool slow) { m_state->setText(slow ? tr("importing…") : QString()); });
}

QHBoxLayout* StartFromDialog::makeFoot()
{
    auto* foot = new QHBoxLayout;
    auto* importing = new QPushButton(tr("Import a file…"));
    importing->setObjectName(QStringLiteral("importModel"));
    importing->setToolTip(
        tr("Weights from a .safetensors or .pth file go into the hub; they can be dropped here, too.\n"
           "Nothing of a model file is ever run."));
    auto* close = new QPushButton(tr("Close"));
    for (QPushButton* button : {importing, close})
        button->setAutoDefault(false);
    foot->addWidget(importing);
    foot->addStretch();
    foot->addWidget(close);
    connect(importing, &QPushButton::clicked, this, &StartFromDialog::choose);
    connect(close, &QPushButton::clicked, this, &QDialog::hide);
    return foot;
}

void StartFromDialog::come()
{
    show();
    raise();
    activateWindow();
    ask();
}

void StartFromDialog::ask()
{
    const core::base::Value resolved = m_bench.document().resolved();
    m_preview.ask(
        [resolved] {
            return std::make_shared<Hub>(
                Hub{core::session::offers(resolved), core::session::suggestTransfer(resolved)});
        },
        [this](std::shared_ptr<Hub> hub) { take(std::move(*hub)); });
}

void StartFromDialog::fail(const Error& error)
{
    m_failure->setText(QStringLiteral("▲ ") + QString::fromStdString(core::base::describe(error)));
    m_failure->show();
}

void StartFromDialog::take(Hub hub)
{
    // What an import said stands until the next one.
    if (hub.offers && std::exchange(m_offersFailed, false))
        m_failure->hide();
    while (QLayoutItem* item = m_cards->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    m_suggestion.reset();
    if (hub.suggestion)
        m_suggestion = std::move(*hub.suggestion);
    m_banner->setVisible(m_suggestion.has_value());
    if (m_suggestion) {
        m_advice->setText(tr("Suggested: %1 from %2")
                              .arg(QString::fromStdString(m_suggestion->title).toLower(),
                                   QString::fromStdString(m_suggestion->model)));
        m_reason->setText(QString::fromStdString(m_suggestion->reason));
    }
    m_offers = hub.offers ? std::move(*hub.offers) : std::vector<Offer>{};
    m_offersFailed = !hub.offers;
    if (m_offersFailed)
        fail(hub.offers.error());
    for (const Offer& offer : m_offers)
        m_cards->addWidget(cardOf(offer));
    if (m_offers.empty() && hub.offers)
        m_cards->addWidget(new Label(tr("No model yet. Publish a run on the Runs page, or drop a .safetensors or .pth "
                                        "file here."),
                                     Tone::Muted));
    m_cards->addStretch(1);
    Q_EMIT filled();
}

QWidget* StartFromDialog::cardOf(const Offer& offer)
{
    const core::session::Card& card = offer.card;
    const QString name = QString::fromStdString(card.name);
    auto* widget = new QWidget;
    widget->setObjectName(QStringLiteral("card ") + name);
    auto* column = new QVBoxLayout(widget);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    auto* head = new QHBoxLayout;
    head->addWidget(new Label(name, Tone::Strong));
    if (card.shipped)
        head->addWidget(new Label(tr("comes with Descent"), Tone::Muted));
    head->addStretch();
    if (!card.shipped) {
        auto* remove = new QPushButton(tr("Delete"));
        remove->setObjectName(QStringLiteral("delete ") + name);
        remove->setToolTip(tr("Takes the model out of the hub on this machine. Runs that began with it stay."));
        remove->setAutoDefault(false);
        connect(remove, &QPushButton::clicked, this, [this, name] { this->remove(name); });
        head->addWidget(remove);
    }
    auto* start = new QPushButton(tr("Start from it"));
    start->setObjectName(QStringLiteral("start ") + name);
    start->setAutoDefault(false);
    start->setEnabled(offer.fit.whole());
    start->setToolTip(offer.fit.whole()
                          ? tr("Takes its network and its weights for this experiment; undo takes it back.")
                          : QString::fromStdString(offer.text));
    connect(start, &QPushButton::clicked, this, [this, offer] { this->start(offer); });
    head->addWidget(start);
    column->addLayout(head);
    column->addWidget(new Label(dataText(card), Tone::Body));
    auto* facts = new Label(factsText(card), Tone::Muted);
    facts->setElided(Qt::ElideRight);
    column->addWidget(facts);
    auto* fit = new Label((offer.fit.whole() ? QString() : QStringLiteral("▲ ")) + QString::fromStdString(offer.text),
                          offer.fit.whole() ? Tone::Accent : Tone::Problem);
    fit->setWordWrap(true);
    column->addWidget(fit);
    if (!card.note.empty())
        column->addWidget(new Label(QString::fromStdString(card.note), Tone::Muted));
    column->addSpacing(8);
    column->addWidget(new Hairline);
    return widget;
}

void StartFromDialog::start(const Offer& offer)
{
    std::vector<std::pair<QString, core::base::Value>> changes;
    for (auto& [path, value] : core::session::startFrom(offer.card, m_bench.document().given()))
        changes.emplace_back(QString::fromStdString(path), std::move(value));
    m_bench.document().setAll(changes, tr("Start from %1").arg(QString::fromStdString(offer.card.name)));
    hide();
}

void StartFromDialog::applySuggestion()
{
    if (!m_suggestion)
        return;
    std::vector<std::pair<QString, core::base::Value>> changes;
    for (const auto& [path, value] : m_suggestion->changes)
        changes.emplace_back(QString::fromStdString(path), value);
    m_bench.document().setAll(changes, QString::fromStdString(m_suggestion->title));
    hide();
}

void StartFromDialog::remove(const QString& name)
{
    m_importing.ask([name = name.toStdString()] { return core::model::deleteModel(name); },
                    [this](core::base::Status done) {
                        if (!done)
                            return fail(done.error());
                        ask();
                    });
}

void StartFromDialog::choose()
{
    const QString file = QFileDialog::getOpenFileName(this, tr("Import a model"), {},
                                                      tr("Weights (*.safetensors *.pth *.pt);;All files (*)"));
    if (!file.isEmpty())
        import(file);
}

void StartFromDialog::import(const QString& file)
{
    m_failure->hide();
    core::session::ImportOptions options;
    for (const QChar c : QFileInfo(file).completeBaseName())
        options.name += c.isLetterOrNumber() && c.unicode() < 128 ? c.toLatin1() : '-';
    m_importing.ask([file = file.toStdString(), options] { return core::session::importModel(file, options); },
                    [this](core::base::Result<core::session::Card> card) {
                        if (!card)
                            return fail(card.error());
                        ask();
                    });
}

void StartFromDialog::dragEnterEvent(QDragEnterEvent* event)
{
    if (event->mimeData()->hasUrls())
        event->acceptProposedAction();
}

void StartFromDialog::dropEvent(QDropEvent* event)
{
    for (const QUrl& url : event->mimeData()->urls())
        if (url.isLocalFile())
            import(url.toLocalFile());
}

}
