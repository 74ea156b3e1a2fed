// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/preview.h"

namespace ui::bridge {

Preview::Preview(QObject* parent) : QObject(parent), m_worker(*this)
{
    m_patience.setSingleShot(true);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        m_slow = true;
        Q_EMIT slow(true);
    });
}

Preview::~Preview()
{
    // What has not begun is not worth waiting for.
    ++*m_latest;
}

quint64 Preview::begin()
{
    m_running = true;
    if (!m_slow && !m_patience.isActive())
        m_patience.start(patienceMs);
    return ++*m_latest;
}

bool Preview::end(quint64 number)
{
    if (number != *m_latest)
        return false;
    m_running = false;
    m_patience.stop();
    if (m_slow) {
        m_slow = false;
        Q_EMIT slow(false);
    }
    return true;
}

}
